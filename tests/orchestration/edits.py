"""Edits of the code and its data files, and which assets of which films they make stale by themselves."""

import ast
import re
from collections.abc import Callable

import yaml

from gametape.film.sidecar import Sidecar

Edit = Callable[[str], str]

FILMS = {
    "tennis": Sidecar(sport="tennis", language="en"),
    "cricket": Sidecar(sport="cricket", mode="batting", language="en"),
    "tennis in German": Sidecar(sport="tennis", language="de"),
    "no sport": Sidecar(),
}
TENNIS, ENGLISH = ("tennis", "tennis in German"), ("tennis", "cricket", "no sport")


def changed(name: str) -> Edit:
    """Another first number in the definition of this name, or one more statement where it has none."""

    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        [node] = [one for one in ast.parse(text).body if name in _defined_by(one)]
        numbers = [one for one in ast.walk(node) if isinstance(one, ast.Constant) and type(one.value) in (int, float)]
        if numbers:
            first = min(numbers, key=lambda one: (one.lineno, one.col_offset))
            line = lines[first.lineno - 1].encode()
            line = line[: first.col_offset] + f"{first.value + 1}".encode() + line[first.end_col_offset :]
            lines[first.lineno - 1] = line.decode()
        else:
            lines.insert(node.end_lineno, f"{' ' * node.body[-1].col_offset}edited = True\n")
        return "".join(lines)

    return edit


def _defined_by(node: ast.stmt) -> set[str]:
    return {getattr(node, "name", ""), *(one.id for one in getattr(node, "targets", []) if isinstance(one, ast.Name))}


def replaced(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


def of_yaml(edit: Callable[[dict], None]) -> Edit:
    """The file with other values; its comments are lost, and its keys in another order."""

    def edited(text: str) -> str:
        values = yaml.safe_load(text)
        edit(values)
        return yaml.safe_dump(values, sort_keys=True, allow_unicode=True)

    return edited


def another_limit(values: dict) -> None:
    rule = next(rule for rules in values["rules"].values() for rule in rules.values() if rule)
    rule["low"] += -0.001 if rule["worse"] == "above" else 0.001


def another_drill(values: dict) -> None:
    for advice in values["advice"].values():
        for one in advice.values():
            one["drills"][0] += " !"


def another_court(values: dict) -> None:
    values["extent"][0] += 0.001


def another_stroke(values: dict) -> None:
    values["strokes"]["any"]["min_speed"] += 0.001


def another_word(values: dict) -> None:
    values["number"]["per_cent"] += "!"


#: What an edit makes stale of other films than the edit's: where no sport is told, every court is looked for.
OTHERWISE = {"the tennis court": {"no sport": {"court_search"}}}
#: Each edit: file, what it becomes, and the assets that it makes stale by itself: of all films, or of these.
EDITS: dict[str, tuple[str, Edit, set[str], tuple[str, ...]]] = {
    "a comment in Python": ("gametape/strokes/find.py", lambda text: f"# why\n{text}  # because\n", set(), ()),
    "ball tracking": ("gametape/ball/tracking.py", changed("GAP_S"), {"ball_trajectory"}, tuple(FILMS)),
    "the tracker not chosen": ("gametape/ball/frame_difference.py", changed("MotionCandidates"), set(), ()),
    "the estimator not chosen": ("gametape/pose/yolo.py", changed("YoloPose"), set(), ()),
    "stroke finder": ("gametape/strokes/find.py", changed("find_strokes"), {"strokes"}, tuple(FILMS)),
    "training": ("gametape/training/ball/data.py", changed("CROP"), set(), ()),
    "evaluation": ("gametape/evaluation/events.py", changed("read_points"), set(), ()),
    "a check": ("gametape/ball/checks.py", changed("events_are_sound"), {"ball_events"}, tuple(FILMS)),
    "the picture beside a costly table": ("gametape/ball/plot.py", changed("plot_trajectory"), set(), ()),
    "pose angles": ("gametape/pose/angles.py", changed("joint_angles"), {"joint_angles"}, tuple(FILMS)),
    "which keys of a sidecar decide what is analysed": (
        "gametape/uploads/sidecars.py", replaced('"capture_fps", ', ""), {"analysis_scope"}, tuple(FILMS)
    ),
    "what is read of a faulty sidecar": (
        "gametape/film/sidecar.py", changed("readable_part"), {"sidecar", "analysis_scope"}, tuple(FILMS)
    ),
    "a presenter's keys": (
        "gametape/film/presenter_keys.py", replaced("process_fps: float = Field(10.0", "process_fps: float = Field(9.0"),
        {"sidecar", "analysis_scope"}, tuple(FILMS),
    ),
    "geometry": (
        "gametape/geometry/calibrate.py", changed("calibrate"),
        {"calibration", "ball_flights", "metrics", "findings"}, tuple(FILMS),
    ),
    "the search for a court": ("gametape/court/refine.py", changed("TO_A_LINE"), {"court_marks"}, tuple(FILMS)),
    "the drawing of a court": ("gametape/court/draw.py", changed("LINE"), {"report"}, tuple(FILMS)),
    "a report's style": (
        "gametape/report/page.css", lambda text: text + "\np {margin: 0}", {"report"}, tuple(FILMS)
    ),
    "the page's script": (
        "gametape/report/script/plot.js", lambda text: text + "\n// why", {"report"}, tuple(FILMS)
    ),
    "a section of the page": (
        "gametape/report/templates/play.html", lambda text: text + "\n", {"report"}, tuple(FILMS)
    ),
    "a column's description": (
        "gametape/tables/ball.py", lambda text: re.sub(r'(" *[a-z_]+ float32 )', r"\1really ", text, count=1), set(), ()
    ),
    "a column": (
        "gametape/tables/coaching.py", replaced("target float64!", "target float32!"),
        {"goal_outcomes", "report"}, tuple(FILMS),
    ),
    "comments and order of limits": ("gametape/sports/tennis/limits.yaml", of_yaml(lambda values: None), set(), ()),
    "a tennis limit": ("gametape/sports/tennis/limits.yaml", of_yaml(another_limit), {"limits"}, TENNIS),
    "a cricket limit": ("gametape/sports/cricket/limits.yaml", of_yaml(another_limit), {"limits"}, ("cricket",)),
    "a table tennis limit": ("gametape/sports/table_tennis/limits.yaml", of_yaml(another_limit), set(), ()),
    "a limit of any sport": (
        "gametape/sports/any/limits.yaml",
        of_yaml(lambda values: values["measures"]["head_stability"].update(noise=1.0)), {"limits"}, tuple(FILMS),
    ),
    "what a tennis stroke is": (
        "gametape/sports/tennis/strokes.yaml", of_yaml(another_stroke), {"stroke_rules"}, TENNIS
    ),
    "the tennis court": ("gametape/sports/tennis/court.yaml", of_yaml(another_court), {"courts", "court_search"}, TENNIS),
    "an English drill": (
        "gametape/sports/tennis/texts/en.yaml", of_yaml(another_drill), {"coaching_texts"}, ("tennis",)
    ),
    "a German drill": (
        "gametape/sports/tennis/texts/de.yaml", of_yaml(another_drill), {"coaching_texts"}, ("tennis in German",)
    ),
    "an English word of the page": (
        "gametape/report/languages/en.yaml", of_yaml(another_word), {"report_words"}, ENGLISH
    ),
    "a German word of the page": (
        "gametape/report/languages/de.yaml", of_yaml(another_word), {"report_words"}, ("tennis in German",)
    ),
}  # fmt: skip

#: Each setting, another value of it, and the assets that it makes stale by itself: of all films, or of these.
SETTINGS: dict[str, tuple[dict[str, str], set[str], tuple[str, ...]]] = {
    "cut-off": ({"GAMETAPE_POSE_CUTOFF_HZ": "6"}, {"pose_keypoints"}, tuple(FILMS)),
    "estimator": ({"GAMETAPE_POSE": "yolo"}, {"pose_estimates", "person_boxes"}, tuple(FILMS)),
    "language": ({"GAMETAPE_LANGUAGE": "de"}, {"coaching_texts", "report_words"}, ("no sport",)),
}
