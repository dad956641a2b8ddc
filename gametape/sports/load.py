"""The sports' folders, read and checked, and the rules of a film put together from them.

Belongs here: reading files, finding the entries of a sport and mode. Does not belong here: what files and rules may
hold (files.py, rules.py), the court's geometry (courts.py). What a sport does not say is taken from the folder `any`;
what a mode does not say, from the sport's entries for any mode. A wrong file raises BadInput with the file and the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain, product
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from gametape.base.errors import BadInput
from gametape.base.language import ENGLISH, checked
from gametape.base.own_yaml import read_yaml
from gametape.sports.files import (
    GeneralMetricsFile,
    LimitsFile,
    MetricsFile,
    SportFile,
    StrokesFile,
    TextsFile,
    WeekFile,
    modes_used,
)
from gametape.sports.rules import (
    ANY,
    HEADLINE_COUNTS,
    SIDED,
    SIDES,
    SWING,
    Actions,
    Advice,
    Limits,
    Rules,
    Shown,
    StrokeRules,
    Sureness,
    Texts,
    Topic,
    Week,
    flat,
)

HERE = Path(__file__).parent
FIX = "Correct the file; docs/sports.md and the comments in gametape/sports/any say what each key means"
Names = tuple[str, ...]
Entry = TypeVar("Entry")
Model = TypeVar("Model", bound=BaseModel)
#: A sport (or `any`) and a mode of it (or `any`); of a film, the most general first.
Place = tuple[str, str]


# -- which there are ----------------------------------------------------------------------------------------------


@cache
def sports(root: Path = HERE) -> tuple[str, ...]:
    """The sports that have a folder, in alphabetical order."""
    return tuple(sorted(file.parent.name for file in root.glob("*/sport.yaml") if file.parent.name != ANY))


def sport_named(name: str | None, root: Path = HERE) -> str | None:
    """The sport's folder, of a name as a sidecar writes it; None where there is no such folder.

    >>> sport_named("Table tennis") == sport_named("table_tennis")
    True
    """
    folder = folder_of(name)
    return folder if folder in sports(root) else None


def folder_of(name: str | None) -> str:
    """What the folder of a sport is called, whether there is one or not; of a mode, its key.

    >>> folder_of("Table tennis")
    'table_tennis'
    """
    return (name or "").strip().lower().replace(" ", "_")


def modes(sport: str, root: Path = HERE) -> tuple[str, ...]:
    """The modes of a sport."""
    return parse(root / sport / "sport.yaml", SportFile).modes


def has_ball(sport: str | None, root: Path = HERE) -> bool:
    """False of a sport that is played without a ball; True also where the sport is not known."""
    folder = sport_named(sport, root)
    return folder is None or parse(root / folder / "sport.yaml", SportFile).ball


def limited_sports(root: Path = HERE) -> list[str]:
    """The sports that have limits of their own."""
    return [sport for sport in sports(root) if _limits(root, sport).rules]


def limited_modes(sport: str | None, root: Path = HERE) -> list[str]:
    """The modes of a sport that have limits of their own."""
    folder = sport_named(sport, root)
    return sorted(set(_limits(root, folder).rules) - {ANY}) if folder else []


@cache
def metric_names(root: Path = HERE) -> tuple[str, ...]:
    """Every metric there is: the general ones, and those that the sports' own files add."""
    general = _general_metrics(root)
    added = chain.from_iterable((*_counted(root, sport), *_metrics(root, sport).own) for sport in sports(root))
    return tuple(dict.fromkeys([*_expanded(general.metrics), *chain(*general.groups.values()), *added]))


@cache
def stroke_counts(root: Path = HERE) -> tuple[str, ...]:
    """The metrics that count the kinds of strokes of some sport."""
    return tuple(dict.fromkeys(chain(*(_counted(root, sport) for sport in sports(root)))))


@cache
def stroke_kinds(root: Path = HERE) -> tuple[str, ...]:
    """Every kind of stroke that some sport has, and the unknown kind."""
    return tuple(dict.fromkeys([*chain(*(_strokes(root, sport).kinds for sport in sports(root))), SWING]))


# -- the rules of a film ------------------------------------------------------------------------------------------


def rules_for(sport: str | None, mode: str | None, language: str | None = None, root: Path = HERE) -> Rules:
    """The rules of a sport and mode, in a language (default English).

    A mode without its sport is enough where one sport alone has it. Without either, or with names that have no folder,
    only what holds for any sport: no sport is guessed. Raises BadInput when a file is wrong.
    """
    return Rules(
        strokes=stroke_rules_for(sport, mode, root),
        limits=limits_for(sport, mode, root),
        texts=texts_for(sport, mode, language, root),
    )


@cache
def stroke_rules_for(sport: str | None, mode: str | None, root: Path = HERE) -> StrokeRules:
    """What is an action and a stroke; see `rules_for`."""
    at = places(sport, mode, root)
    actions = _merged(given(one) for one in _entries(at, lambda folder: _strokes(root, folder).actions))
    strokes = _merged(given(one) for one in _entries(at, lambda folder: _strokes(root, folder).strokes))
    return StrokeRules(**strokes, actions=Actions(**actions), kinds=_strokes(root, at[-1][0]).kinds)


@cache
def limits_for(sport: str | None, mode: str | None, root: Path = HERE) -> Limits:
    """The metrics, their scores and what they are held against; see `rules_for`."""
    at = places(sport, mode, root)
    general, own = _limits(root, ANY), _limits(root, at[-1][0])
    metrics, where_known = _belonging(at, root)
    return Limits(
        place=".".join(part for part in _limited(at, root) if part != ANY) or ANY,
        metrics=frozenset(metrics),
        where_known=frozenset(where_known),
        headline=_headline(at, root),
        trust=general.measures | own.measures,
        scales=_merged(_entries(at, lambda folder: _limits(root, folder).scales)),
        rules=_merged(_entries(at, lambda folder: _limits(root, folder).rules)),
        evidence=own.evidence or general.evidence,
        min_confidence=general.min_confidence if own.min_confidence is None else own.min_confidence,
    )


@cache
def texts_for(sport: str | None, mode: str | None, language: str | None = None, root: Path = HERE) -> Texts:
    """What is said of findings and the week, in a language; see `rules_for`."""
    language = checked(language or ENGLISH)
    at = places(sport, mode, root)
    general, own = (texts_file(folder, language, root) for folder in (ANY, at[-1][0]))
    advice = _merged(_entries(at, lambda folder: texts_file(folder, language, root).advice))
    place = _limited(at, root)
    return Texts(
        language=language,
        topics={
            code: _said(code, place, general.topics | own.topics, advice, _texts_path(root, at[-1][0], language))
            for code in limits_for(sport, mode, root).rules
        },
        week=_week(at, language, root),
        confidence=Sureness(**dict(general.confidence), place=_limits_of(place, language, root)),
    )


def places(sport: str | None, mode: str | None, root: Path = HERE) -> list[Place]:
    """Where to look for what holds for a sport and mode, the most general first."""
    folder, mode = sport_named(sport, root), folder_of(mode)
    if mode and not folder_of(sport):
        having = [one for one in sports(root) if mode in modes(one, root)]
        folder = having[0] if len(having) == 1 else None
    mine = [ANY] if folder is None else [ANY, folder]
    return [(one, key) for one in mine for key in (ANY, mode) if key == ANY or key in modes(one, root)]


# -- parts --------------------------------------------------------------------------------------------------------


def _limited(at: list[Place], root: Path) -> Place:
    """The most particular place that has limits. A sport whose limits are all of a mode counts too."""
    having = [(f, m) for f, m in at if m in _limits(root, f).rules or (m == ANY and _limits(root, f).rules)]
    return having[-1]


def _belonging(at: list[Place], root: Path) -> tuple[list[str], list[str]]:
    """The metrics that belong to a film, and those of them that are left out where nothing was measured."""
    general = _general_metrics(root)
    folder, mode = at[-1]
    file = _metrics(root, folder)
    if folder == ANY or not file.metrics:
        known = [metric for group in general.where_known for metric in general.groups[group]]
        return [*_expanded(general.metrics), *known], known
    # Where the mode is not told it may be any of them.
    keys = [ANY, *modes(folder, root)] if mode == ANY else [ANY, mode]
    lacking = set(_named(file.without, [] if mode == ANY else keys, general.groups))
    mine = [metric for metric in _named(file.metrics, keys, general.groups) if metric not in lacking]
    return [*_expanded(general.metrics), *mine], []


def _headline(at: list[Place], root: Path) -> tuple[Shown, ...]:
    """What a report shows first: as the mode says, else the sport, else as for any."""
    own = [given for folder, mode in at if (given := _metrics(root, folder).headline.get(mode))]
    return own[-1] if own else _general_metrics(root).headline


def _named(section: Mapping[str, Names], keys: list[str], groups: Mapping[str, Names]) -> list[str]:
    """The metrics that a section names under the keys, groups written out."""
    return [metric for key in keys for name in section.get(key, ()) for metric in groups.get(name, (name,))]


def _said(
    code: str, place: Place, topics: Mapping[str, Topic], advice: Mapping[str, Advice], file: Path
) -> tuple[Topic, Advice]:
    if code not in topics or code not in advice:
        part = "topics" if code not in topics else "advice"
        where = ".".join(place)
        raise BadInput(str(file), f"{part}: says nothing of {code} for {where}", "Add it, or take the rule away")
    return topics[code], advice[code]


def _limits_of(place: Place, language: str, root: Path) -> str:
    """What the limits are of, in words."""
    folder, mode = place
    texts = texts_file(folder, language, root)
    return (texts.limits_of if mode == ANY else texts.modes[mode].limits_of) or texts.name


def _week(at: list[Place], language: str, root: Path) -> Week:
    own = root / at[-1][0] / "week.yaml"
    file = own if own.exists() else root / ANY / "week.yaml"
    days = parse(file, WeekFile)
    general = texts_file(ANY, language, root).week
    words = _merged(_entries(at, lambda folder: texts_file(folder, language, root).week.words))
    focus = general.focus | texts_file(at[-1][0], language, root).week.focus
    used, focused = days.keys()
    if missing := (used - set(words)) | (focused - set(focus)):
        told = f"'{language}' has no words for {', '.join(sorted(missing))}"
        raise BadInput(str(file), told, f"Correct the file, or add them to week in texts/{language}.yaml")
    return Week(work=days.work, maintain=days.maintain, focus=focus, instead=general.instead, words=words)


def _entries(at: list[Place], section) -> Iterator:
    """A section's entries at the places, the most general first."""
    for folder, mode in at:
        entry = section(folder).get(mode)
        if entry is not None:
            yield entry


def given(entry: BaseModel) -> dict:
    """The values that an entry of a file gives, `None` where it takes one away."""
    return {name: getattr(entry, name) for name in entry.model_fields_set}


def _merged(entries: Iterator[Mapping[str, Entry | None]]) -> dict[str, Entry]:
    """The last entry of each key; one that is null there is left out."""
    merged = {key: value for entry in entries for key, value in entry.items()}
    return {key: value for key, value in merged.items() if value is not None}


def _expanded(names: Names) -> list[str]:
    """Names in which {a,b} stands for either: {left,right}_knee is left_knee and right_knee."""
    out = []
    for name in names:
        parts = [part.strip("{}").split(",") for part in re.findall(r"{[^}]*}|[^{]+", name)]
        out += ["".join(one) for one in product(*parts)]
    return out


# -- files --------------------------------------------------------------------------------------------------------


@cache
def _strokes(root: Path, folder: str) -> StrokesFile:
    """Of a sport also checked against its kinds."""
    path = root / folder / "strokes.yaml"
    file = parse(path, StrokesFile, modes(folder, root))
    for mode, entry in file.strokes.items():
        named = {entry.overhead, entry.level, entry.toss, entry.opening, *(entry.measured or ())} - {None, SWING}
        if unknown := sorted(kind for kind in named - set(file.kinds) if kind != SIDED):
            raise BadInput(str(path), f"strokes.{mode}: '{unknown[0]}' is not under kinds", FIX)
        if SIDED in named and not set(SIDES) <= set(file.kinds):
            raise BadInput(str(path), f"strokes.{mode}: '{SIDED}' needs {' and '.join(SIDES)} under kinds", FIX)
    return file


@cache
def _limits(root: Path, folder: str) -> LimitsFile:
    """Of a sport also checked: every rule has a source, and its metric an error."""
    path = root / folder / "limits.yaml"
    file = parse(path, LimitsFile, modes(folder, root))
    if odd := sorted(set(file.sources) ^ set(file.rules)):
        raise BadInput(str(path), f"sources and rules must have the same keys: {', '.join(odd)}", FIX)
    measures = file.measures if folder == ANY else _limits(root, ANY).measures | file.measures
    for mode, rules in file.rules.items():
        for code, rule in rules.items():
            if rule and rule.metric not in measures:
                told = f"rules.{mode}.{code}: metric '{rule.metric}' is not under measures"
                raise BadInput(str(path), told, FIX)
    return file


@cache
def _metrics(root: Path, folder: str) -> MetricsFile:
    """Of a sport, checked: every name is a metric's or a group's. Empty for a folder without the file."""
    path = root / folder / "metrics.yaml"
    if folder == ANY:
        return MetricsFile()
    file, general = parse(path, MetricsFile, modes(folder, root)), _general_metrics(root)
    known = {*general.groups, *chain(*general.groups.values()), *file.own, *_counted(root, folder)}
    first = known | set(_expanded(general.metrics)) | set(HEADLINE_COUNTS)
    for section, may in (("metrics", known), ("without", known), ("headline", first)):
        for mode, names in getattr(file, section).items():
            if unknown := [name for name in flat(names) if name not in may]:
                told = f"{section}.{mode}: '{unknown[0]}' is no metric that a sport may have, and not under own"
                raise BadInput(str(path), told, FIX)
    return file


@cache
def _general_metrics(root: Path) -> GeneralMetricsFile:
    return parse(root / ANY / "metrics.yaml", GeneralMetricsFile)


def _counted(root: Path, folder: str) -> list[str]:
    """The metrics that count the sport's kinds of strokes."""
    return [kind.counted for kind in _strokes(root, folder).kinds.values() if kind.counted]


def texts_file(folder: str, language: str, root: Path = HERE) -> TextsFile:
    """The words of a sport in a language; those in English where it has none in the language."""
    path, known = _texts_path(root, folder, language), modes(folder, root)
    file = parse(path, TextsFile, known)
    if folder != ANY and not file.name:
        raise BadInput(str(path), "name: is missing", FIX)
    if folder != ANY and (unnamed := [mode for mode in known if mode not in file.modes]):
        raise BadInput(str(path), f"modes: '{unnamed[0]}' is not named", FIX)
    return file


def _texts_path(root: Path, folder: str, language: str) -> Path:
    file = root / folder / "texts" / f"{language}.yaml"
    return file if file.exists() else file.with_name(f"{ENGLISH}.yaml")


@cache
def parse(path: Path, model: type[Model], known_modes: tuple[str, ...] | None = None) -> Model:
    """A file of a sport's folder as its checked model; an empty one where the file is absent and may be.

    Raises BadInput that names the file and the key.
    """
    try:
        data = read_yaml(path.read_text("utf-8")) or {}
    except FileNotFoundError:
        data = {}
    except yaml.YAMLError as error:
        raise BadInput(str(path), f"is not valid YAML: {' '.join(str(error).split())}", FIX) from None
    try:
        file = model.model_validate(data)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors())
        raise BadInput(str(path), told, FIX) from None
    if known_modes is not None and (odd := sorted(modes_used(file) - set(known_modes))):
        raise BadInput(str(path), f"mode '{odd[0]}' is not under modes in sport.yaml", FIX)
    return file
