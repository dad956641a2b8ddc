"""The rules that hold for a film, by its sport, mode and language: what they are today, and their data version.

Belongs here: what each asset of rules holds, and the version that it would have if it were made now. Does not belong
here: putting the rules together (`gametape.sports`), the assets (`assets.rules`).

The sports' files are no part of any code version: one limit of table tennis would make every film stale. The data
version of rules is instead the digest of the rules found, followed by what they were looked up by. So what is stale is
known film by film: where the same look-up finds rules of another digest today.

>>> version_today("stroke_rules", '0123456789abcdef ["tennis", "serve"]').split(" ", 1)[1]
'["tennis", "serve"]'
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path

from pydantic import BaseModel

import gametape
from gametape.base.definitions import data_digest
from gametape.base.errors import GametapeError
from gametape.base.reason import Reason
from gametape.base.settings import settings
from gametape.film.following import PRESENTER, has_number
from gametape.film.player import clicked_places
from gametape.film.sidecar import Sidecar

#: What of a court the search for it does not use: other numbers are no reason to look at pictures again.
NOT_SEARCHED = ("title", "ball", "contact_heights", "sources", "below")
#: The digest of rules that cannot be read; no table has it.
UNREADABLE = "unreadable"
#: Folders of the files that rules are read from.
FOLDERS = ("sports", "report/languages")
#: What rules are looked up by; None where the sidecar does not say it.
Scope = tuple[str | None, ...]


def _stroke_rules(sport: str | None, mode: str | None) -> object:
    from gametape.base.versions import code
    from gametape.sports.load import stroke_rules_for
    from gametape.sports.measures import measures_file

    found, file = stroke_rules_for(sport, mode), measures_file(sport, mode)
    return found.model_copy(update={"measured_by": code().version(file, "measures")}) if file else found


def _limits(sport: str | None, mode: str | None) -> object:
    from gametape.sports.load import limits_for

    return limits_for(sport, mode)


def _coaching_texts(sport: str | None, mode: str | None, language: str | None) -> object:
    from gametape.sports.load import texts_for

    return texts_for(sport, mode, language or settings().language)


def _courts(sport: str | None, court: str | None) -> object:
    """The court that the sidecar's marks are of, the one whose ball flies, its contacts' order, and who play."""
    from gametape.sports.courts import ball_bounces, ball_contacts, court_of
    from gametape.sports.people import at_ball_of, players_of

    courts = {"marked": court_of(court or sport), "played": court_of(sport)}
    known = {name: found and asdict(found) for name, found in courts.items()}
    order = ball_contacts(sport)
    return known | {
        "bounces": ball_bounces(sport),
        "contacts": order and order.model_dump(),
        "players": players_of(sport),
        "at_ball": at_ball_of(sport),
    }


def _court_search(court: str | None, motion: str | None, otherwise: str | None) -> object:
    """The court that is looked for, by its metres; all courts where no sport is told, so that one can be proposed."""
    from gametape.sports.courts import court_of, courts

    if otherwise:
        return {"courts": {}, "told": True, "motion": motion, "reason": otherwise}
    found = court_of(court)
    looked_for = ([found] if found else []) if court else list(courts().values())
    return {
        "courts": {one.name: {**asdict(one), **dict.fromkeys(NOT_SEARCHED)} for one in looked_for},
        "told": court is not None,
        "motion": motion,
        "reason": None if looked_for else Reason("no_court_of_sport"),
    }


def _search_scope(sidecar: Sidecar) -> Scope:
    """Only what is used: another title changes nothing, nor does another sport where the court is marked."""
    camera = sidecar.camera
    if camera.calibration or not camera.find_court:
        return None, camera.motion, Reason("court_is_marked") if camera.calibration else Reason("court_not_wanted")
    return camera.court or sidecar.sport, camera.motion, None


def _follows(sport: str | None, mode: str | None, numbered: str | None) -> object:
    """Whether everybody in the picture is found and followed; a reason where not."""
    from gametape.film.following import why_not

    reason = why_not(sport, mode, numbered is not None)
    return {"follows": reason is None, "reason": reason}


def _follow_rules(sport: str | None, said: str) -> object:
    from gametape.follow.rules import follow_rules

    return follow_rules(Sidecar.model_validate({"sport": sport, **json.loads(said)}))


def _follow_scope(sidecar: Sidecar) -> Scope:
    """The sport, and what the sidecar says of how to follow."""
    said = sidecar.model_dump(mode="json", include={"follow", "zones", "periods"}, exclude_defaults=True)
    return sidecar.sport, json.dumps(said, sort_keys=True)


def _presenter_rules(mode: str | None, clicked: str | None) -> object:
    """Whether the film is of somebody in front, and who is clicked: nothing else of the sidecar decides who that is."""
    reason = None if mode == PRESENTER else Reason("not_of_a_presenter")
    return {"presenter": mode == PRESENTER, "clicked": json.loads(clicked or "[]"), "reason": reason}


def _presenter_scope(sidecar: Sidecar) -> Scope:
    """Only what is used: a film of another mode has nobody in front, whoever is clicked."""
    if sidecar.mode != PRESENTER:
        return None, None
    return PRESENTER, json.dumps(clicked_places(sidecar))


def _report_words(sport: str | None, mode: str | None, language: str | None) -> object:
    """The report's own words, and which sports have limits where the film's has none."""
    from gametape.report.missing import FILMING_METRICS
    from gametape.report.words import phrases
    from gametape.sports.load import limited_modes, limited_sports, limits_for

    rules = limits_for(sport, mode).rules.values()
    limited = any(rule.metric not in FILMING_METRICS for rule in rules)
    others = {} if limited else {"sports": limited_sports(), "modes": limited_modes(sport)}
    return {"words": phrases(language or settings().language), "limited": others}


#: What each asset of rules holds, and what of the sidecar it is looked up by.
RULES: Mapping[str, tuple[Callable[..., object], Callable[[Sidecar], Scope]]] = {
    "stroke_rules": (_stroke_rules, lambda sidecar: (sidecar.sport, sidecar.mode)),
    "limits": (_limits, lambda sidecar: (sidecar.sport, sidecar.mode)),
    "coaching_texts": (_coaching_texts, lambda sidecar: (sidecar.sport, sidecar.mode, sidecar.language)),
    "court_search": (_court_search, _search_scope),
    "courts": (_courts, lambda sidecar: (sidecar.sport, sidecar.camera.court)),
    "follows": (_follows, lambda sidecar: (sidecar.sport, sidecar.mode, "numbered" if has_number(sidecar) else None)),
    "follow_rules": (_follow_rules, _follow_scope),
    "presenter_rules": (_presenter_rules, _presenter_scope),
    "report_words": (_report_words, lambda sidecar: (sidecar.sport, sidecar.mode, sidecar.language)),
}


def rules_of(asset: str, sidecar: Sidecar) -> tuple[str, str]:
    """The rules of a film as JSON, and their data version. Raises BadInput where a file is wrong."""
    scope = RULES[asset][1](sidecar)
    return _as_json(asset, scope), _version(asset, scope)


@cache
def version_today(asset: str, last: str | None) -> str | None:
    """The data version that rules would have if they were looked up now as they were for the version `last`."""
    try:
        scope = tuple(json.loads((last or "").partition(" ")[2]))
    except (ValueError, TypeError):  # no version of rules
        return None
    try:
        return _version(asset, scope)
    except (GametapeError, TypeError):  # TypeError: today they are looked up by more, or by less
        return UNREADABLE


@cache
def files_version() -> str:
    """A digest of all files that rules are read from, by their values."""
    package, digest = Path(gametape.__file__).parent, hashlib.sha256()
    for file in sorted(file for folder in FOLDERS for file in (package / folder).rglob("*.yaml")):
        digest.update(f"{file.relative_to(package).as_posix()} {data_digest(file)}\n".encode())
    return digest.hexdigest()[:16]


@cache
def _as_json(asset: str, scope: Scope) -> str:
    found = RULES[asset][0](*scope)
    values = found.model_dump(mode="json") if isinstance(found, BaseModel) else found
    return json.dumps(values, ensure_ascii=False)


@cache
def _version(asset: str, scope: Scope) -> str:
    """16 hexadecimal digits over the values, in whatever order their keys are, and the scope."""
    values = json.dumps(json.loads(_as_json(asset, scope)), sort_keys=True)
    return f"{hashlib.sha256(values.encode()).hexdigest()[:16]} {json.dumps(scope)}"
