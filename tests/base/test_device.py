"""The device: a wish that cannot be met must be told, and the CPU must not cost an import of torch."""

import subprocess
import sys
from pathlib import Path

import pytest

from gametape.base import device
from gametape.base.device import Device, choose_device, cuda_devices, has_driver
from gametape.base.errors import BadInput, Unavailable


@pytest.fixture(autouse=True)
def fresh():
    choose_device.cache_clear()
    yield
    choose_device.cache_clear()


def cuda(monkeypatch: pytest.MonkeyPatch, devices: int, build: str | None = "12.8") -> None:
    import torch

    monkeypatch.setattr(device, "has_driver", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: devices > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: devices)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"GPU {index}")
    monkeypatch.setattr(torch.version, "cuda", build)


def driver(monkeypatch: pytest.MonkeyPatch, *, nodes: tuple[str, ...] = (), library: bool = False) -> None:
    def load(name: str) -> None:
        if not library:
            raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(device, "DRIVER_NODES", nodes)
    monkeypatch.setattr("ctypes.CDLL", load)


@pytest.mark.parametrize("setting", ["cpu", "auto"])
def test_a_machine_without_a_driver_does_not_pay_for_torch(setting: str):
    code = (
        "import sys; from gametape.base import device; from gametape.ball.sources import source_for;"
        "from gametape.base.settings import Settings; device.has_driver = lambda: False;"
        f"source_for(Settings(device={setting!r})); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_driver_is_told_by_its_library_or_by_its_device(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    driver(monkeypatch)
    assert not has_driver()
    driver(monkeypatch, library=True)  # a container, WSL, Windows: no node that we know
    assert has_driver()
    driver(monkeypatch, nodes=(str(tmp_path / "not there"), str(tmp_path)))  # a library where only torch looks
    assert has_driver()


def test_a_driver_without_a_gpu_is_the_cpu(monkeypatch: pytest.MonkeyPatch):
    cuda(monkeypatch, 0)
    assert cuda_devices() == 0
    assert choose_device("auto").torch_name == "cpu"


@pytest.mark.parametrize(("setting", "devices", "name"), [
    ("auto", 2, "cuda:0"), ("auto", 0, "cpu"), ("cpu", 2, "cpu"), ("cuda", 1, "cuda:0"), ("cuda:1", 2, "cuda:1"),
])  # fmt: skip
def test_setting_then_cuda_then_cpu(monkeypatch: pytest.MonkeyPatch, setting: str, devices: int, name: str):
    cuda(monkeypatch, devices)
    assert choose_device(setting).torch_name == name


@pytest.mark.parametrize(("setting", "devices", "build", "told"), [
    ("cuda", 0, None, "CUDA build of torch"), ("cuda", 0, "12.8", "nvidia-smi"), ("cuda:3", 2, "12.8", "numbered from 0"),
])  # fmt: skip
def test_cuda_that_is_not_there_is_an_error_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, setting: str, devices: int, build: str | None, told: str
):
    cuda(monkeypatch, devices, build)
    with pytest.raises(Unavailable, match=told):
        choose_device(setting)


def test_a_word_that_is_no_device_is_an_error():
    with pytest.raises(BadInput, match="auto, cpu, cuda or cuda:N"):
        choose_device("gpu")


def test_chosen_device_is_logged_once_with_versions(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    import torch

    cuda(monkeypatch, 1)
    with caplog.at_level("INFO", "gametape.base.device"):
        choose_device("auto")
        choose_device("auto")
    assert [record.getMessage() for record in caplog.records] == [
        f"device: cuda:0 (GPU 0, torch {torch.__version__}, CUDA 12.8)"
    ]


def test_device_reads_well():
    assert str(Device("cpu", "x86_64")) == "cpu (x86_64)"
