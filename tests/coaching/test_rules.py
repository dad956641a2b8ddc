"""The rules files are checked when they are read, and the right sport's entries are found."""

import shutil

import pytest
import yaml

from gametape.base.errors import BadInput
from gametape.coaching.rules import HERE, Rule, rules_for
from gametape.film.sidecar import Sidecar

CRICKET = ("batting", "bowling", "wicketkeeping", "fielding")
CODES = {"HEAD_MOVEMENT", "BALANCE_DRIFT", "KNEE_COLLAPSE", "ROTATION_TIMING", "ELBOW_DROP"}


@pytest.fixture
def folder(tmp_path):
    shutil.copy(HERE / "thresholds.yaml", tmp_path)
    shutil.copytree(HERE / "texts", tmp_path / "texts")
    return tmp_path


def edit(folder, name, change):
    data = yaml.safe_load((folder / name).read_text())
    change(data)
    (folder / name).write_text(yaml.safe_dump(data))


@pytest.mark.parametrize("mode", CRICKET)
def test_each_cricket_mode_has_the_five_with_its_own_words(mode):
    rules = rules_for(Sidecar(sport="cricket", mode=mode))
    assert set(rules.rules) >= CODES
    general = rules_for(Sidecar())
    for code in CODES:
        _, advice = rules.topics[code]
        assert len(advice.drills) == 4
        for other in CRICKET:
            if other != mode:
                assert rules_for(Sidecar(sport="cricket", mode=other)).topics[code][1] != advice
        if code in general.topics:
            assert advice != general.topics[code][1]
    assert rules.topics["KNEE_COLLAPSE"][1].stop


def test_fielding_gets_fielding_drills():
    rules = rules_for(Sidecar(sport="cricket", mode="fielding"))
    words = " ".join(d for code in CODES for d in rules.topics[code][1].drills).lower()
    assert "catch" in words and "throw" in words
    assert not any(word in words for word in (" bat ", "drives", "crease", "stump delivery", "backswing"))


def test_no_mode_is_not_batting():
    rules = rules_for(Sidecar())
    assert rules.place == "any"
    assert rules_for(Sidecar(sport="quidditch", mode="seeking")).place == "any"
    for unsaid in (Sidecar(), Sidecar(sport="cricket"), Sidecar(sport="volleyball")):
        assert {rule.metric for rule in rules_for(unsaid).rules.values()} == {"pose_coverage"}


@pytest.mark.parametrize("place", ["tennis", "tennis.serve", "tennis.forehand", "table_tennis", "badminton"])
def test_strokes_of_rackets_have_limits_of_their_own(place):
    sport, _, mode = place.partition(".")
    rules = rules_for(Sidecar(sport=sport, mode=mode or None))
    assert rules.place == place and {"HEAD_MOVEMENT", "BALANCE_DRIFT", "ROTATION_TIMING"} <= set(rules.rules)
    assert {"stroke_contact_scatter"} < {rule.metric for rule in rules.rules.values()}


@pytest.mark.parametrize(
    ("sport", "mode", "head", "drift"),
    [("tennis", None, 0.92, 0.19), ("tennis", "serve", 0.51, 0.11), ("badminton", None, 0.84, 0.06)],
)
def test_what_the_best_do_in_a_match_is_no_fault(sport, mode, head, drift):
    """The largest values of professionals on the broadcast clips at hand (docs/metrics.md)."""
    rules = rules_for(Sidecar(sport=sport, mode=mode)).rules
    assert rules["HEAD_MOVEMENT"].severity(head) is None
    assert rules["BALANCE_DRIFT"].severity(drift) is None


def test_limits_without_a_source_are_refused(folder):
    edit(folder, "thresholds.yaml", lambda d: d["sources"].pop("badminton"))
    with pytest.raises(BadInput, match="sources and rules must name the same places: badminton"):
        rules_for(Sidecar(), folder)


def test_spelling_of_sport_and_mode():
    assert rules_for(Sidecar(sport="table tennis")).place == "table_tennis"
    assert rules_for(Sidecar(sport="tennis", mode="serve")).place == "tennis.serve"
    assert rules_for(Sidecar(mode="bowling")).place == "cricket.bowling"  # one sport alone has it


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["rules"]["tennis"]["HEAD_MOVEMENT"].update(low=9), "rules.tennis.HEAD_MOVEMENT"),
        (lambda d: d["rules"]["tennis"]["HEAD_MOVEMENT"].update(metric="head_stabilty"), "head_stabilty"),
        (lambda d: d["rules"]["cricket.batting"]["ROTATION_TIMING"].pop("target"), "ROTATION_TIMING"),
        (lambda d: d["scales"]["any"]["balance_drift"].update(one=0.2), "scales.any.balance_drift"),
        (lambda d: d["actions"].pop("min_speed"), "actions.min_speed"),
        (lambda d: d["measures"]["balance_drift"]["views"].pop("unknown"), "measures.balance_drift"),
        (lambda d: d.update(colour="red"), "colour"),
    ],
)
def test_a_wrong_threshold_names_its_place(folder, change, told):
    edit(folder, "thresholds.yaml", change)
    with pytest.raises(BadInput, match=told) as error:
        rules_for(Sidecar(), folder)
    assert "thresholds.yaml" in str(error.value)


def test_a_rule_without_words_is_refused(folder):
    edit(folder, "texts/en.yaml", lambda d: d["topics"]["ELBOW_DROP"]["modes"].clear() or d["topics"]["ELBOW_DROP"])
    with pytest.raises(BadInput, match="ELBOW_DROP"):
        rules_for(Sidecar(), folder)


def test_yaml_that_does_not_parse_is_told(folder):
    (folder / "texts/en.yaml").write_text("topics: [")
    with pytest.raises(BadInput, match="not valid YAML"):
        rules_for(Sidecar(), folder)


def test_rules_cannot_be_changed_by_who_reads_them():
    from pydantic import ValidationError

    rules = rules_for(Sidecar(sport="cricket", mode="batting"))
    topic, advice = rules.topics["HEAD_MOVEMENT"]
    with pytest.raises(ValidationError):
        advice.why = "other"
    assert isinstance(advice.drills, tuple) and isinstance(topic.cues.low, tuple)


@pytest.mark.parametrize(
    ("value", "severity"), [(0.29, None), (0.30, None), (0.315, "low"), (0.405, "medium"), (0.45, "high")]
)
def test_batting_head_severities_are_the_spec_s(value, severity):
    # .58 -> low, .46 -> medium, .40 -> high on the scale of 0 at 0.75 heights/s
    assert rules_for(Sidecar(sport="cricket", mode="batting")).rules["HEAD_MOVEMENT"].severity(value) == severity


@pytest.mark.parametrize(
    ("mode", "code", "limit"),
    [
        ("batting", "HEAD_MOVEMENT", 0.60), ("batting", "BALANCE_DRIFT", 0.55), ("batting", "KNEE_COLLAPSE", 0.50),
        ("batting", "ELBOW_DROP", 0.55), ("bowling", "BALANCE_DRIFT", 0.60), ("bowling", "KNEE_COLLAPSE", 0.55),
        ("wicketkeeping", "BALANCE_DRIFT", 0.52), ("wicketkeeping", "ELBOW_DROP", 0.50),
        ("fielding", "BALANCE_DRIFT", 0.50), ("fielding", "ELBOW_DROP", 0.52),
    ],
)  # fmt: skip
def test_limits_and_severities_are_the_known_scores(mode, code, limit):
    rules = rules_for(Sidecar(sport="cricket", mode=mode))
    rule = rules.rules[code]
    score = rules.scales[rule.metric].score
    told = [score(value) for value in (rule.low, rule.medium, rule.high)]
    assert told == pytest.approx([limit, limit - 0.05, limit - 0.15], abs=0.02)


@pytest.mark.parametrize(
    ("mode", "lead", "tolerance"),
    [("batting", 0.12, 0.10), ("bowling", 0.15, 0.12), ("wicketkeeping", 0.10, 0.08), ("fielding", 0.11, 0.09)],
)
def test_hips_lead_by_the_known_times(mode, lead, tolerance):
    rule = rules_for(Sidecar(sport="cricket", mode=mode)).rules["ROTATION_TIMING"]
    assert (rule.target, rule.low) == (lead, tolerance)
    assert [rule.medium - rule.low, rule.high - rule.low] == pytest.approx([0.05, 0.15])


def test_timing_within_the_tolerance_is_no_finding():
    rule = rules_for(Sidecar(sport="cricket", mode="batting")).rules["ROTATION_TIMING"]
    assert [rule.severity(v) for v in (0.12, 0.21, 0.03)] == [None] * 3
    assert [rule.severity(v) for v in (0.24, 0.0, 0.30, 0.40)] == ["low", "low", "medium", "high"]
    assert rule.limit(0.3) == pytest.approx(0.22) and rule.limit(-0.1) == pytest.approx(0.02)


def test_below_and_above_measure_their_distance_alike():
    below = Rule(metric="m", worse="below", low=10, medium=8, high=5)
    above = Rule(metric="m", worse="above", low=5, medium=8, high=10)
    assert below.badness(7) == 3 and above.badness(8) == 3
    assert below.badness(11) < 0 and above.badness(4) < 0
