"""The keys and shapes of published checkpoints, written down from the projects they are of, not from our networks."""

Shapes = dict[str, tuple[int, ...]]

VGG = [(9, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 256), (256, 512), (512, 512), (512, 512)]
MIRROR = [(512, 256), (256, 256), (256, 256), (256, 128), (128, 128), (128, 64), (64, 64), (64, 256)]
MIRROR_WITH_SKIPS = [(768, 256), (256, 256), (256, 256), (384, 128), (128, 128), (192, 64), (64, 64)]


def conv(name: str, a: int, b: int, kernel: int = 3, bias: bool = True) -> Shapes:
    return {f"{name}.weight": (b, a, kernel, kernel)} | ({f"{name}.bias": (b,)} if bias else {})


def norm(name: str, width: int) -> Shapes:
    each = {f"{name}.{part}": (width,) for part in ("weight", "bias", "running_mean", "running_var")}
    return each | {f"{name}.num_batches_tracked": ()}


def tracknet_v1() -> Shapes:
    """yastrebksv/TrackNet."""
    shapes = {}
    for i, (a, b) in enumerate([*VGG, *MIRROR], 1):
        shapes |= conv(f"conv{i}.block.0", a, b) | norm(f"conv{i}.block.2", b)
    return shapes


def tracknet_v2(columns: bool = False, maps: int = 3) -> Shapes:
    """ChgygLin/TrackNetV2-pytorch; with `columns` as converted from Keras, normalised along the width."""
    widths = [512] * 2 + [256] * 2 + [128] * 3 + [64] * 3 + [128] * 3 + [256] * 2 + [512] * 2
    shapes = {}
    for i, ((a, b), width) in enumerate(zip([*VGG, *MIRROR_WITH_SKIPS], widths, strict=True), 1):
        shapes |= conv(f"conv2d_{i}.conv", a, b) | norm(f"conv2d_{i}.bn", width if columns else b)
    return shapes | conv("conv2d_18", 64, maps, 1)


def tracknet_v2_volleyball() -> Shapes:
    """mareksubocz/TrackNet."""
    stages = [("vgg_conv1", 2), ("vgg_conv2", 2), ("vgg_conv3", 3), ("vgg_conv4", 3)]
    stages += [("unet_conv1", 3), ("unet_conv2", 2), ("unet_conv3", 2)]
    names = [f"{stage}.{i}" for stage, length in stages for i in range(length)]
    shapes = {}
    for name, (a, b) in zip(names, [*VGG, *MIRROR_WITH_SKIPS], strict=True):
        shapes |= conv(f"{name}.0", a, b) | norm(f"{name}.2", b)
    return shapes | conv("last_conv", 64, 3, 1)


def tracknet_v3(inputs: int = 27, frames: int = 8) -> Shapes:
    """qaz812345/TrackNetV3, the tracker."""
    stages = [("down_block_1", 2), ("down_block_2", 2), ("down_block_3", 3), ("bottleneck", 3)]
    stages += [("up_block_1", 3), ("up_block_2", 2), ("up_block_3", 2)]
    names = [f"{stage}.conv_{i + 1}" for stage, length in stages for i in range(length)]
    shapes = {}
    for name, (a, b) in zip(names, [(inputs, 64), *VGG[1:], *MIRROR_WITH_SKIPS], strict=True):
        shapes |= conv(f"{name}.conv", a, b, bias=False) | norm(f"{name}.bn", b)
    return shapes | conv("predictor", 64, frames, 1)


def tracknet_v3_attention() -> Shapes:
    """alenzenx/TrackNetV3."""
    layers = []
    for block, a, b in (("down_block_1", 9, 64), ("down_block_2", 64, 128), ("down_block_3", 128, 256)):
        for path, kernel in enumerate((1, 3, 5)):
            layers += [(f"{block}.conv_{2 * path + 1}", a, b, kernel), (f"{block}.conv_{2 * path + 2}", b, b, 3)]
        layers.append((f"{block}.conv_7", 3 * b, b, 3))
    for block, a, b, length in (
        ("bottleneck", 256, 512, 3),
        ("up_block_1", 768, 256, 2),
        ("up_block_2", 384, 128, 2),
        ("up_block_3", 192, 64, 2),
    ):
        layers += [(f"{block}.conv_{i + 1}", b if i else a, b, 3) for i in range(length)]
    shapes = {}
    for name, a, b, kernel in layers:
        shapes |= conv(f"{name}.conv", a, b, kernel) | norm(f"{name}.bn", b)
    for name, width in zip(
        ("cbam1", "cbam2", "cbam3", "cbam0_2", "cbam1_2", "cbam2_2"), (256, 128, 64) * 2, strict=True
    ):
        shapes |= conv(f"{name}.channel_attention.shared_MLP.0", width, width // 16, 1, bias=False)
        shapes |= conv(f"{name}.channel_attention.shared_MLP.2", width // 16, width, 1, bias=False)
        shapes |= conv(f"{name}.spatial_attention.conv2d", 2, 1, 7)
    return shapes | conv("predictor", 64, 3, 1)


def wasb() -> Shapes:
    """nttcom/WASB-SBDT, `configs/model/wasb.yaml`."""
    widths = (16, 32, 64, 128)

    def pair(a: str, b: str, i: int, o: int, kernel: int = 3) -> Shapes:
        return conv(a, i, o, kernel, bias=False) | norm(b, o)

    shapes = pair("conv1", "bn1", 9, 64) | pair("conv2", "bn2", 64, 64)
    for i, (a, b, kernel) in enumerate([(64, 32, 1), (32, 32, 3), (32, 128, 1)], 1):
        shapes |= pair(f"layer1.0.conv{i}", f"layer1.0.bn{i}", a, b, kernel)
    shapes |= pair("layer1.0.downsample.0", "layer1.0.downsample.1", 64, 128, 1)
    shapes |= pair("transition1.0.0", "transition1.0.1", 128, 16)
    shapes |= pair("transition1.1.0.0", "transition1.1.0.1", 128, 32)
    shapes |= pair("transition2.2.0.0", "transition2.2.0.1", 32, 64)
    shapes |= pair("transition3.3.0.0", "transition3.3.0.1", 64, 128)
    for stage in (2, 3, 4):
        for i in range(stage):
            for block in (0, 1):
                at = f"stage{stage}.0.branches.{i}.{block}"
                for half in (1, 2):
                    shapes |= pair(f"{at}.conv{half}", f"{at}.bn{half}", widths[i], widths[i])
            for j in range(stage):
                way = f"stage{stage}.0.fuse_layers.{i}.{j}"
                if j > i:
                    shapes |= pair(f"{way}.0", f"{way}.1", widths[j], widths[i], 1)
                for k in range(i - j):
                    shapes |= pair(f"{way}.{k}.0", f"{way}.{k}.1", widths[j], widths[i if k == i - j - 1 else j])
    return shapes | conv("final_layers.0", 16, 3, 1)
