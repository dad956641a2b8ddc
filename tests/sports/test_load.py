"""The sports' files are checked when they are read, and the right sport's entries are found."""

import re
import shutil

import pytest
import yaml

from gametape.base.errors import BadInput
from gametape.base.language import ENGLISH, languages
from gametape.sports.load import (
    HERE,
    limited_sports,
    limits_for,
    metric_names,
    modes,
    rules_for,
    sports,
    stroke_rules_for,
    texts_for,
)
from gametape.sports.rules import Rule, Rules

CRICKET = ("batting", "bowling", "wicketkeeping", "fielding")
CODES = {"HEAD_MOVEMENT", "BALANCE_DRIFT", "KNEE_COLLAPSE", "ROTATION_TIMING", "ELBOW_DROP"}
EVERY_PLACE = [(None, None), *((sport, mode) for sport in sports() for mode in (None, *modes(sport)))]


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(HERE, tmp_path / "sports", ignore=shutil.ignore_patterns("*.py", "__pycache__"))


def edit(folder, name, change):
    data = yaml.safe_load((folder / name).read_text())
    change(data)
    (folder / name).write_text(yaml.safe_dump(data))


def shape(part):
    """What two languages must share: keys, how many cues and drills, places and a drill's figures."""
    if isinstance(part, dict):
        return {key: shape(value) for key, value in part.items()}
    if isinstance(part, list):
        return [shape(value) for value in part]
    return sorted(re.findall(r"{(\w+)}", part)), re.findall(r"\d+ x \d+", part)


@pytest.mark.parametrize(("sport", "mode"), EVERY_PLACE)
@pytest.mark.parametrize("language", languages())
def test_the_rules_of_every_sport_and_mode_are_whole(sport, mode, language):
    rules = rules_for(sport, mode, language)
    assert set(rules.texts.topics) == set(rules.limits.rules)
    assert {rule.metric for rule in rules.limits.rules.values()} <= set(rules.limits.trust)
    assert set(rules.limits.metrics) <= set(metric_names())
    assert {rule.metric for rule in rules.limits.rules.values()} | set(rules.limits.scales) <= rules.limits.metrics
    assert Rules.model_validate_json(rules.model_dump_json()) == rules


@pytest.mark.parametrize("sport", [*sports(), "any"])
def test_every_sport_says_the_same_in_every_language(sport):
    texts = [shape(yaml.safe_load((HERE / sport / f"texts/{one}.yaml").read_text("utf-8"))) for one in languages()]
    assert all(one == texts[0] for one in texts)


def test_a_language_that_a_sport_has_not_is_english_there(folder):
    (folder / "tennis/texts/de.yaml").unlink()
    german, english = texts_for("tennis", "serve", "de", folder), texts_for("tennis", "serve", ENGLISH, folder)
    assert german.topics["SPEED_DROP"] == english.topics["SPEED_DROP"]
    assert german.topics["HEAD_MOVEMENT"][0] != english.topics["HEAD_MOVEMENT"][0]


def test_a_film_of_no_sport_is_told_nothing_of_one():
    for unknown in (None, "quidditch", "ice hockey"):
        rules = rules_for(unknown, None)
        assert set(rules.limits.rules) == {"POSE_VISIBILITY_LOW"} and rules.strokes.kinds == {}
        assert {"strokes", "rallies"} < rules.limits.where_known


@pytest.mark.parametrize("mode", CRICKET)
def test_each_cricket_mode_has_the_five_with_its_own_words(mode):
    topics = texts_for("cricket", mode).topics
    assert set(topics) >= CODES
    for code in CODES:
        _, advice = topics[code]
        assert len(advice.drills) == 4
        for other in CRICKET:
            if other != mode:
                assert texts_for("cricket", other).topics[code][1] != advice
    assert topics["KNEE_COLLAPSE"][1].stop


def test_fielding_gets_fielding_drills():
    topics = texts_for("cricket", "fielding").topics
    words = " ".join(d for code in CODES for d in topics[code][1].drills).lower()
    assert "catch" in words and "throw" in words
    assert not any(word in words for word in (" bat ", "drives", "crease", "stump delivery", "backswing"))


def test_no_mode_is_not_batting():
    assert limits_for(None, None).place == limits_for("quidditch", "seeking").place == "any"
    for sport in (None, "cricket", "volleyball"):
        assert {rule.metric for rule in limits_for(sport, None).rules.values()} == {"pose_coverage"}


@pytest.mark.parametrize("place", ["tennis", "tennis.serve", "tennis.forehand", "table_tennis", "badminton"])
def test_strokes_of_rackets_have_limits_of_their_own(place):
    sport, _, mode = place.partition(".")
    rules = limits_for(sport, mode or None)
    assert rules.place == place and {"HEAD_MOVEMENT", "BALANCE_DRIFT", "ROTATION_TIMING"} <= set(rules.rules)
    assert {"stroke_contact_scatter"} < {rule.metric for rule in rules.rules.values()}


@pytest.mark.parametrize(
    ("sport", "mode", "head", "drift"),
    [("tennis", None, 0.92, 0.19), ("tennis", "serve", 0.51, 0.11), ("badminton", None, 0.84, 0.06)],
)
def test_what_the_best_do_in_a_match_is_no_fault(sport, mode, head, drift):
    """The largest values of professionals on the broadcast clips at hand (docs/metrics.md)."""
    rules = limits_for(sport, mode).rules
    assert rules["HEAD_MOVEMENT"].severity(head) is None
    assert rules["BALANCE_DRIFT"].severity(drift) is None


def test_spelling_of_sport_and_mode():
    assert limits_for("table tennis", None).place == limits_for("Table_Tennis ", None).place == "table_tennis"
    assert limits_for("tennis", "serve").place == "tennis.serve"
    assert limits_for(None, "bowling").place == "cricket.bowling"  # one sport alone has it
    assert limits_for("tennis", "bowling").place == "tennis"


def test_all_parts_of_a_mode_without_its_sport_are_of_one_sport():
    assert stroke_rules_for(None, "forehand") == stroke_rules_for("tennis", "forehand")
    assert texts_for(None, "forehand") == texts_for("tennis", "forehand")


def test_what_is_null_is_taken_away():
    rally, serve = limits_for("tennis", None), limits_for("tennis", "serve")
    assert "SHORT_BALLS" in rally.rules and "SHORT_BALLS" not in serve.rules
    assert "rallies" in rally.metrics and "rallies" not in serve.metrics
    assert stroke_rules_for("tennis", None).level == "sided" and stroke_rules_for("tennis", "serve").level is None
    assert "elbow_drop" in limits_for("cricket", "batting").scales
    assert "elbow_drop" not in limits_for("cricket", "bowling").scales


def test_a_sport_without_its_mode_has_what_any_of_its_modes_has():
    both = limits_for("cricket", None).metrics
    assert {"shots", "deliveries", "bowling_length", "shot_speed_max"} < both
    assert "deliveries" not in limits_for("cricket", "batting").metrics
    assert "shot_speed_max" not in limits_for("cricket", "bowling").metrics


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        ("tennis/limits.yaml", lambda d: d["rules"]["any"]["HEAD_MOVEMENT"].update(low=9), "rules.any.HEAD_MOVEMENT"),
        ("tennis/limits.yaml", lambda d: d["rules"]["any"]["HEAD_MOVEMENT"].update(metric="head_stabilty"), "head_stabilty"),
        ("cricket/limits.yaml", lambda d: d["rules"]["batting"]["ROTATION_TIMING"].pop("target"), "ROTATION_TIMING"),
        ("cricket/limits.yaml", lambda d: d["sources"].pop("fielding"), "sources and rules must have the same keys: fielding"),
        ("cricket/limits.yaml", lambda d: d["scales"].update(umpiring={}), "mode 'umpiring' is not under modes"),
        ("any/limits.yaml", lambda d: d["scales"]["any"]["balance_drift"].update(one=0.2), "scales.any.balance_drift"),
        ("any/limits.yaml", lambda d: d["measures"]["balance_drift"]["views"].pop("unknown"), "measures.balance_drift"),
        ("any/limits.yaml", lambda d: d.update(colour="red"), "colour"),
        ("any/strokes.yaml", lambda d: d["actions"]["any"].update(min_speed=-1), "actions.any.min_speed"),
        ("tennis/strokes.yaml", lambda d: d["strokes"]["serve"].update(overhead="smash"), "strokes.serve: 'smash' is not under kinds"),
        ("badminton/strokes.yaml", lambda d: d["kinds"].pop("backhand"), "'sided' needs forehand and backhand"),
        ("tennis/metrics.yaml", lambda d: d["metrics"]["any"].append("aces"), "metrics.any: 'aces' is no metric"),
        ("tennis/texts/en.yaml", lambda d: d["advice"]["serve"].pop("BENT_ARM"), "advice: says nothing of BENT_ARM for tennis.serve"),
        ("tennis/texts/en.yaml", lambda d: d["advice"]["any"]["SHORT_BALLS"].pop("why"), "advice.any.SHORT_BALLS.why"),
        ("tennis/texts/en.yaml", lambda d: d.pop("name"), "name: is missing"),
        ("tennis/texts/en.yaml", lambda d: d["modes"].pop("serve"), "modes: 'serve' is not named"),
        ("any/week.yaml", lambda d: d["work"][1].update(day="Thuesday"), "work.1.day"),
        ("any/week.yaml", lambda d: d["work"][6].update(day="Monday"), "seven days"),
        ("any/week.yaml", lambda d: d["work"][0]["steps"][1].update(do="look"), "either 'do' or 'drill'"),
        ("any/week.yaml", lambda d: d["work"][0]["steps"][0].update(do="loook"), "no words for loook"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_named_with_its_key(folder, file, change, told):
    edit(folder, file, change)
    sport = file.split("/")[0]
    with pytest.raises(BadInput) as error:
        for mode in (None, *modes(sport, folder)):
            rules_for(None if sport == "any" else sport, mode, root=folder)
    assert told in str(error.value) and file in str(error.value)


def test_yaml_that_does_not_parse_is_told(folder):
    (folder / "tennis/texts/en.yaml").write_text("topics: [")
    with pytest.raises(BadInput, match=r"tennis/texts/en\.yaml.*not valid YAML"):
        rules_for("tennis", None, root=folder)


def test_a_folder_is_a_sport_at_once(folder):
    new = folder / "korfball"
    (new / "texts").mkdir(parents=True)
    (new / "sport.yaml").write_text("modes: []\n")
    (new / "texts/en.yaml").write_text("name: Korfball\n")
    assert "korfball" in sports(folder) and "korfball" not in limited_sports(folder)
    assert limits_for("korfball", None, folder) == limits_for(None, None, folder)


def test_a_week_of_its_own_takes_the_place_of_the_general_one(folder):
    edit(folder, "any/week.yaml", lambda days: days["work"][0]["steps"][0].update(minutes=7))
    shutil.copy(folder / "any/week.yaml", folder / "tennis/week.yaml")
    edit(folder, "tennis/week.yaml", lambda days: days["work"][0]["steps"][0].update(minutes=8))
    first = [texts_for(sport, None, None, folder).week.work[0].steps[0].minutes for sport in (None, "tennis")]
    assert first == [7, 8]


def test_rules_cannot_be_changed_by_who_reads_them():
    from pydantic import ValidationError

    topic, advice = texts_for("cricket", "batting").topics["HEAD_MOVEMENT"]
    with pytest.raises(ValidationError):
        advice.why = "other"
    assert isinstance(advice.drills, tuple) and isinstance(topic.cues.low, tuple)


@pytest.mark.parametrize(
    ("value", "severity"), [(0.29, None), (0.30, None), (0.315, "low"), (0.405, "medium"), (0.45, "high")]
)
def test_batting_head_severities_are_the_spec_s(value, severity):
    # .58 -> low, .46 -> medium, .40 -> high on the scale of 0 at 0.75 heights/s
    assert limits_for("cricket", "batting").rules["HEAD_MOVEMENT"].severity(value) == severity


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
    rules = limits_for("cricket", mode)
    rule = rules.rules[code]
    score = rules.scales[rule.metric].score
    told = [score(value) for value in (rule.low, rule.medium, rule.high)]
    assert told == pytest.approx([limit, limit - 0.05, limit - 0.15], abs=0.02)


@pytest.mark.parametrize(
    ("mode", "lead", "tolerance"),
    [("batting", 0.12, 0.10), ("bowling", 0.15, 0.12), ("wicketkeeping", 0.10, 0.08), ("fielding", 0.11, 0.09)],
)
def test_hips_lead_by_the_known_times(mode, lead, tolerance):
    rule = limits_for("cricket", mode).rules["ROTATION_TIMING"]
    assert (rule.target, rule.low) == (lead, tolerance)
    assert [rule.medium - rule.low, rule.high - rule.low] == pytest.approx([0.05, 0.15])


def test_timing_within_the_tolerance_is_no_finding():
    rule = limits_for("cricket", "batting").rules["ROTATION_TIMING"]
    assert [rule.severity(v) for v in (0.12, 0.21, 0.03)] == [None] * 3
    assert [rule.severity(v) for v in (0.24, 0.0, 0.30, 0.40)] == ["low", "low", "medium", "high"]
    assert rule.limit(0.3) == pytest.approx(0.22) and rule.limit(-0.1) == pytest.approx(0.02)


def test_below_and_above_measure_their_distance_alike():
    below = Rule(metric="m", worse="below", low=10, medium=8, high=5)
    above = Rule(metric="m", worse="above", low=5, medium=8, high=10)
    assert below.badness(7) == 3 and above.badness(8) == 3
    assert below.badness(11) < 0 and above.badness(4) < 0
