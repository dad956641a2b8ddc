"""A training learns, goes on where it stopped, and leaves whole checkpoints."""

import numpy as np
import pytest
import torch

from gametape.people.network.model import build
from gametape.training.fit import Asked, Fit, Plan, batches_from, weights_of
from gametape.training.people import train
from gametape.training.people.scenes import Sample

PLAN = Plan(warm_up=10, clip=5.0, mean_of=20)


def a_fit(out, **more):
    return Fit(line, PLAN, Asked(out, minutes=1, greatest=0.05, **more))


def line():
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 1))


class Numbers:
    """Batches whose answer is the sum of what is given."""

    def __getitem__(self, number):
        given = np.random.default_rng(number).normal(size=(16, 3, 1, 1)).astype(np.float32)
        return {"given": given, "sum": given.sum((1, 2, 3))}


def steps(fit, until):
    for batch in batches_from(Numbers(), fit.state.step, workers=0):
        loss = (fit.answer(batch["given"]).float()[:, 0] - batch["sum"]).square().mean()
        fit.step(loss)
        if fit.state.step == until:
            return loss.item()


def test_it_learns_and_the_mean_of_the_weights_follows(tmp_path):
    fit = a_fit(tmp_path / "a.pt")
    assert steps(fit, 200) < 0.01
    assert fit.mean[1].weight.detach().numpy() == pytest.approx(np.ones((1, 3)), abs=0.1)


def test_it_goes_on_as_if_it_had_never_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("gametape.training.fit.time.monotonic", lambda: 0.0)  # the rate follows the time
    whole = a_fit(tmp_path / "whole.pt")
    steps(whole, 12)
    first = a_fit(tmp_path / "part.pt")
    steps(first, 5)
    first.save()
    again = a_fit(tmp_path / "part.pt", resume=True, seed=7)
    assert again.state.step == 5
    steps(again, 12)
    for one, other in ((whole.network, again.network), (whole.mean, again.mean)):
        assert torch.equal(one[1].weight, other[1].weight)


def test_a_checkpoint_is_whole_and_can_be_begun_with(tmp_path):
    fit = a_fit(tmp_path / "new" / "a.pt")
    steps(fit, 3)
    fit.save()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.pt"]
    started = a_fit(tmp_path / "b.pt", start=tmp_path / "new" / "a.pt", seed=7)
    assert torch.equal(started.network[1].weight, fit.mean[1].weight) and started.state.step == 0


@pytest.mark.parametrize(("spent_s", "over"), [(59.9, False), (60.0, True)])
def test_it_is_over_when_its_time_is_spent(tmp_path, spent_s, over):
    fit = a_fit(tmp_path / "a.pt")
    fit.state.spent_s = spent_s
    assert fit.over is over


def test_the_people_s_training_takes_steps_and_goes_on(tmp_path, capsys):
    picture, person = np.full((64, 64, 3), 200, np.uint8), np.array([20.0, 10, 40, 60])
    picture[10:60, 20:40] = 30
    sample = Sample(picture, person[None], np.zeros((64, 64), bool))
    out = tmp_path / "people.pt"
    for minutes in (0.01, 0.02):
        asked = Asked(out, minutes, train.STEPSIZE, resume=out.exists(), workers=0)
        train.train([(1.0, lambda random: sample)], asked)
    assert '"validation"' in capsys.readouterr().out
    build().load_state_dict(weights_of(out, "cpu"))
