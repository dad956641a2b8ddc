"""A process's name is never another's, and a signal reaches that one alone."""

import signal
from dataclasses import replace

import pytest

from gametape.base.process import ProcessName
from tests.workers import NEVER, a_process, name_of


def test_a_process_lives_until_it_has_ended():
    with a_process() as process:
        name = name_of(process)
        assert ProcessName.parse(str(name)) == name and name.is_here and name.life() == "alive"
        assert name.signal(signal.SIGKILL) and name.has_ended(within=10)
        assert name.life() == "dead", "its exit status alone, which nobody has asked for yet, is no life"
        process.wait()
        assert name.life() == "dead" and not name.signal(signal.SIGKILL)


def test_an_id_that_is_another_process_by_now_is_dead_and_gets_no_signal():
    with a_process() as process:
        former = replace(name_of(process), start="1")
        assert former.life() == "dead"
        assert not former.signal(signal.SIGKILL)
        assert name_of(process).life() == "alive"


@pytest.mark.parametrize(
    ("change", "life"),
    [
        ({"boot": "before the power cut"}, "dead"),
        ({"space": "4026530000"}, "dead"),  # the container was started anew
        ({"host": "another"}, "unknown"),
        ({"host": "another", "boot": "other"}, "unknown"),
    ],
)
def test_what_is_elsewhere_gets_no_signal_and_is_called_dead_only_when_it_is(change: dict, life: str):
    with a_process() as process:
        name = replace(name_of(process), **change)
        assert name.life() == life and not name.signal(signal.SIGKILL)
        assert name_of(process).life() == "alive"


def test_one_that_does_not_end_is_waited_for_no_longer_than_asked():
    with a_process(NEVER) as process:
        name = name_of(process)
        assert name.signal(signal.SIGINT)
        assert not name.has_ended(within=0.2)


@pytest.mark.parametrize("text", ["", "a b", "1/2/3", "x/1/2/3/4"])
def test_any_other_text_names_no_process(text: str):
    assert ProcessName.parse(text) is None
