"""The architectures of published checkpoints, as their papers describe them, in torch.

Belongs here: layers and how they are connected; each network returns heat maps of 0..1. Does not belong here: which
file holds which (`recognise`), how pictures are prepared (`families`).

Imported inside functions only, for it needs torch. `AttentionTrackNet` and `HighResolutionNet` name their parts as the
published files do; `TrackNet` serves four layouts that name the same layers differently.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253
from torch.nn import functional as F  # noqa: TID253
from torch.nn.utils.fusion import fuse_conv_bn_eval  # noqa: TID253


class Layer(nn.Module):
    """A convolution that keeps the size, a batch normalisation and a ReLU, in either order.

    With `columns`, their number in the picture, each column is normalised instead of each channel: what Keras does with
    channels first when it is not set up for them, and what TrackNetV2's published weights were trained with.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        *,
        relu_first: bool = False,
        bias: bool = True,
        columns: int = 0,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
        self.bn = nn.BatchNorm2d(columns or outputs)
        self.relu_first, self.by_column = relu_first, bool(columns)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        x = self._normalised(F.relu(x)) if self.relu_first else F.relu(self._normalised(x))
        return x

    def _normalised(self, x: Tensor) -> Tensor:
        return self.bn(x.transpose(1, 3)).transpose(1, 3) if self.by_column else self.bn(x)


class TrackNet(nn.Module):
    """VGG16's first ten convolutions, and their mirror image (Huang et al. 2019, arXiv 1907.03698).

    With `skips` each level of the mirror also gets its counterpart's input, and a last convolution makes a map of each
    frame (Sun et al. 2020; V3: Chen and Wang 2023); without, each pixel is classified into 256 levels of brightness.
    `third` is the number of convolutions at the third level.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        skips: bool = True,
        relu_first: bool,
        bias: bool = True,
        third: int = 3,
        columns: int = 0,
    ) -> None:
        super().__init__()
        self.skips = skips

        def stage(channels: int, widths: Sequence[int], level: int) -> nn.Sequential:
            pairs = zip((channels, *widths), widths, strict=False)
            return nn.Sequential(
                *(Layer(a, b, relu_first=relu_first, bias=bias, columns=columns >> level) for a, b in pairs)
            )

        levels = [(64, 64), (128, 128), (256,) * third, (512, 512, 512)]
        before = [inputs, 64, 128, 256]
        self.down = nn.ModuleList(stage(before[i], levels[i], i) for i in range(4))
        mirror = [levels[2], levels[1], levels[0] if skips else (*levels[0], outputs)]
        below = [512, 256, 128]
        self.up = nn.ModuleList(stage(below[i] + (mirror[i][0] if skips else 0), mirror[i], 2 - i) for i in range(3))
        self.head = nn.Conv2d(64, outputs, 1) if skips else None

    def forward(self, x: Tensor) -> Tensor:
        seen = []
        for stage in self.down[:-1]:
            seen.append(stage(x))
            x = F.max_pool2d(seen[-1], 2)
        x = self.down[-1](x)
        for stage in self.up:
            x = F.interpolate(x, scale_factor=2.0)
            x = stage(torch.cat([x, seen.pop()], 1) if self.skips else x)
        if self.head is None:
            return x.argmax(1, keepdim=True).to(x.dtype) / (x.shape[1] - 1)
        return self.head(x).sigmoid()


class ChannelAttention(nn.Module):
    """The channel attention of CBAM (Woo et al. 2018, arXiv 1807.06521), from each channel's mean and maximum.

    The published files also hold a spatial attention, which is not used.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channel_attention = nn.Module()
        self.channel_attention.shared_MLP = nn.Sequential(
            nn.Conv2d(channels, channels // 16, 1, bias=False),
            nn.ReLU(),
            nn.Conv2d(channels // 16, channels, 1, bias=False),
        )
        self.spatial_attention = nn.Module()
        self.spatial_attention.conv2d = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, x: Tensor) -> Tensor:
        weigh = self.channel_attention.shared_MLP
        return x * (weigh(x.mean((2, 3), keepdim=True)) + weigh(x.amax((2, 3), keepdim=True))).sigmoid()


class ManyScales(nn.Module):
    """Three paths whose first kernels are 1, 3 and 5 wide, merged by a convolution; the middle one is added again."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        for path, kernel in enumerate((1, 3, 5)):
            self.add_module(f"conv_{2 * path + 1}", Layer(inputs, width, kernel))
            self.add_module(f"conv_{2 * path + 2}", Layer(width, width))
        self.conv_7 = Layer(3 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        paths = [self.conv_2(self.conv_1(x)), self.conv_4(self.conv_3(x)), self.conv_6(self.conv_5(x))]
        return self.conv_7(torch.cat(paths, 1)) + paths[1]


class Chain(nn.Module):
    """A sequence of convolutions."""

    def __init__(self, inputs: int, width: int, length: int) -> None:
        super().__init__()
        for i in range(length):
            self.add_module(f"conv_{i + 1}", Layer(width if i else inputs, width))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.children():
            x = layer(x)
        return x


class AttentionTrackNet(nn.Module):
    """The TrackNetV3 of alenzenx: TrackNet with `ManyScales` on the way down and attention on skips and mirror."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.down_block_1, self.down_block_2 = ManyScales(inputs, 64), ManyScales(64, 128)
        self.down_block_3 = ManyScales(128, 256)
        self.bottleneck = Chain(256, 512, 3)
        self.up_block_1, self.up_block_2, self.up_block_3 = Chain(768, 256, 2), Chain(384, 128, 2), Chain(192, 64, 2)
        self.predictor = nn.Conv2d(64, outputs, 1)
        self.cbam1, self.cbam2, self.cbam3 = (ChannelAttention(width) for width in (256, 128, 64))
        self.cbam0_2, self.cbam1_2, self.cbam2_2 = (ChannelAttention(width) for width in (256, 128, 64))

    def forward(self, x: Tensor) -> Tensor:
        first = self.down_block_1(x)
        second = self.down_block_2(F.max_pool2d(first, 2))
        third = self.down_block_3(F.max_pool2d(second, 2))
        x = self.bottleneck(F.max_pool2d(third, 2))
        for seen, attend, stage, attend_after in (
            (third, self.cbam0_2, self.up_block_1, self.cbam1),
            (second, self.cbam1_2, self.up_block_2, self.cbam2),
            (first, self.cbam2_2, self.up_block_3, self.cbam3),
        ):
            x = attend_after(stage(torch.cat([F.interpolate(x, scale_factor=2.0), attend(seen)], 1)))
        return self.predictor(x).sigmoid()


def _conv_bn(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, *, relu: bool = False) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), *([nn.ReLU()] if relu else []))


class Residual(nn.Module):
    """A residual block (He et al. 2015): convolutions of the given kernels and widths, and a skip connection."""

    def __init__(self, inputs: int, widths: Sequence[int], kernels: Sequence[int]) -> None:
        super().__init__()
        self.depth = len(widths)
        for i, (a, b, kernel) in enumerate(zip((inputs, *widths), widths, kernels, strict=False), 1):
            self.add_module(f"conv{i}", nn.Conv2d(a, b, kernel, padding=kernel // 2, bias=False))
            self.add_module(f"bn{i}", nn.BatchNorm2d(b))
        self.downsample = _conv_bn(inputs, widths[-1], 1) if inputs != widths[-1] else None

    def forward(self, x: Tensor) -> Tensor:
        around = x if self.downsample is None else self.downsample(x)
        for i in range(1, self.depth + 1):
            x = self.get_submodule(f"bn{i}")(self.get_submodule(f"conv{i}")(x))
            x = F.relu(x + around if i == self.depth else x)
        return x


class Exchange(nn.Module):
    """Branches of halving resolution, two residual blocks each, after which every branch gets all the others."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(*(Residual(w, (w, w), (3, 3)) for _ in range(2))) for w in widths)
        self.fuse_layers = nn.ModuleList(
            nn.ModuleDict({str(j): self._way(widths, j, i) for j in range(len(widths)) if j != i})
            for i in range(len(widths))
        )

    @staticmethod
    def _way(widths: Sequence[int], start: int, end: int) -> nn.Sequential:
        """From branch `start` to branch `end`: up by a 1x1 convolution, down by halving again and again."""
        if start > end:
            way = _conv_bn(widths[start], widths[end], 1)
            return way.append(nn.Upsample(scale_factor=2.0 ** (start - end)))
        steps = range(start + 1, end + 1)
        return nn.Sequential(
            *(_conv_bn(widths[start], widths[end if i == end else start], 3, 2, relu=i < end) for i in steps)
        )

    def forward(self, x: list[Tensor]) -> list[Tensor]:
        x = [branch(seen) for branch, seen in zip(self.branches, x, strict=True)]
        heard = []
        for i, ways in enumerate(self.fuse_layers):
            total = x[i]
            for j, way in ways.items():
                total = total + way(x[int(j)])
            heard.append(F.relu(total))
        return heard


class HighResolutionNet(nn.Module):
    """HRNet (Wang et al. 2019, arXiv 1908.07919) at full resolution from the first layer on, with branches of 16, 32,
    64 and 128 channels: the detector of WASB (Tarashima et al. 2023, arXiv 2311.05237).
    """

    def __init__(self, inputs: int, outputs: int, widths: Sequence[int] = (16, 32, 64, 128), stem: int = 64) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, stem, 3, padding=1, bias=False), nn.BatchNorm2d(stem)
        self.conv2, self.bn2 = nn.Conv2d(stem, stem, 3, padding=1, bias=False), nn.BatchNorm2d(stem)
        self.layer1 = nn.Sequential(Residual(stem, (32, 32, 128), (1, 3, 1)))
        first = {
            "0": _conv_bn(128, widths[0], relu=True),
            "1": nn.Sequential(_conv_bn(128, widths[1], 3, 2, relu=True)),
        }
        self.transition1 = nn.ModuleDict(first)
        self.stage2 = nn.Sequential(Exchange(widths[:2]))
        for branch in (2, 3):
            new = nn.Sequential(_conv_bn(widths[branch - 1], widths[branch], 3, 2, relu=True))
            self.add_module(f"transition{branch}", nn.ModuleDict({str(branch): new}))
            self.add_module(f"stage{branch + 1}", nn.Sequential(Exchange(widths[: branch + 1])))
        self.final_layers = nn.ModuleList([nn.Conv2d(widths[0], outputs, 1)])

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
        x = self.layer1(x)
        branches = self.stage2([way(x) for way in self.transition1.values()])
        branches = self.stage3([*branches, self.transition2["2"](branches[-1])])
        branches = self.stage4([*branches, self.transition3["3"](branches[-1])])
        return self.final_layers[0](branches[0]).sigmoid()


def fold(network: nn.Module) -> nn.Module:
    """Fold each normalisation into the convolution before it, in place: the same answers, a quarter less work."""
    for part in network.modules():
        if isinstance(part, Layer) and part.relu_first:
            continue
        for (first, conv), (second, bn) in pairwise(list(part.named_children())):
            if isinstance(conv, nn.Conv2d) and isinstance(bn, nn.BatchNorm2d):
                setattr(part, first, fuse_conv_bn_eval(conv, bn))
                setattr(part, second, nn.Identity())
    return network
