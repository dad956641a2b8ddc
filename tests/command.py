"""`gametape …` in this process: another costs some seconds to start. The fixture `gametape`, registered in conftest.py."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest

Gametape = Callable[..., "Said"]


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line in which a command that failed says why."""
        told = [line for line in self.err.splitlines() if "this is a new home" not in line]
        assert self.code == 1 and len(told) == 1 and told[0].startswith("gametape: "), self
        return told[0] + "\n"


@pytest.fixture
def gametape(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gametape:
    """`gametape …` in this process, from the entry point on."""

    from orchestration.cli import main

    def call(*arguments: object, stdin: str = "") -> Said:
        monkeypatch.setattr("sys.argv", ["gametape", *map(str, arguments)])
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        return Said(code, *capsys.readouterr())

    return call
