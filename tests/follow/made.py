"""A film in tables: people on straight ways, what is read on their shirts, a camera that pans or cuts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from gametape.film.sidecar import Sidecar
from gametape.follow.identity import evidence_table, identity_table, weigh
from gametape.follow.links import Camera
from gametape.follow.rules import FollowRules, follow_rules, in_film_time
from gametape.follow.shifts import shifts
from gametape.tables.film import FRAMES
from gametape.tables.follow import NUMBER_READS
from gametape.tables.people import CAMERA_MOTION, PERSON_BOXES, PERSON_TRACKS

FPS, WIDE, HIGH = 10, 1000, 500
RED, WHITE, GREEN = (45.0, 55.0, 30.0), (85.0, 0.0, 2.0), (40.0, -35.0, 20.0)
RED_HEX, WHITE_HEX, GREEN_HEX = "#c02030", "#f0f0f0", "#2a7a3a"


@dataclass
class Person:
    """Somebody who is in sight from `start` to `end`, s. `reads`: (s, number or None), looked at so."""

    start: float
    end: float
    reads: list[tuple[float, str | None]] = field(default_factory=list)
    x: float = 100.0
    y: float = 200.0
    speed: float = 0.0
    tall: float = 80.0
    shirt: tuple[float, float, float] | None = RED
    team: str | None = None
    track: int | None = None
    shirt_later: tuple[float, tuple[float, float, float]] | None = None

    def box(self, t: float) -> tuple[float, float, float, float]:
        x = self.x + self.speed * (t - self.start)
        return x - 0.2 * self.tall, self.y - self.tall / 2, x + 0.2 * self.tall, self.y + self.tall / 2


def read(number: str, start: float, end: float, every: float = 0.2) -> list[tuple[float, str | None]]:
    """The same read again and again."""
    return [(round(float(t), 3), number) for t in np.arange(start, end + 1e-6, every)]


@dataclass
class Made:
    people: list[Person]
    seconds: float = 25.0
    cuts: tuple[float, ...] = ()
    pan: float = 0.0  # px a second

    def __post_init__(self) -> None:
        self.times = np.arange(round(self.seconds * FPS)) / FPS
        rows, boxes, reads = [], [], []
        for number, one in enumerate(self.people, 1):
            track = one.track or number
            for frame, t in enumerate(self.times):
                if not one.start - 1e-9 <= t <= one.end + 1e-9:
                    continue
                x1, y1, x2, y2 = one.box(t)
                place = {"x1": x1 + self.pan * t, "y1": y1, "x2": x2 + self.pan * t, "y2": y2}
                at = {"frame": frame, "time_s": t, **place, "confidence": 0.8}
                rows.append({**at, "track": track, "tracklet": number, "interpolated": False, "team": one.team})
                worn = one.shirt_later[1] if one.shirt_later and t >= one.shirt_later[0] else one.shirt
                colour = dict(zip(("torso_l", "torso_a", "torso_b"), worn, strict=True)) if worn else {}
                boxes.append({**at, "source": "network", **colour})
            for t, said in one.reads:
                x1, y1, x2, y2 = one.box(t)
                reads.append({"frame": round(t * FPS), "time_s": t, "track": track, "number": said,
                              "confidence": 0.95 if said else 0.2, "candidates": f"{said}:0.95" if said else "",
                              "digit_height_px": 20.0 if said else None, "view": "body", "x1": x1, "y1": y1, "x2": x2, "y2": y2})  # fmt: skip
        self.tracks, self.boxes = PERSON_TRACKS.from_rows(rows), PERSON_BOXES.from_rows(boxes)
        self.reads = NUMBER_READS.from_rows(sorted(reads, key=lambda row: (row["frame"], row["track"])))
        shot, motion = 0, []
        for frame, t in enumerate(self.times):
            cut = any(abs(t - at) < 1e-6 for at in self.cuts)
            shot += cut
            move = (
                {}
                if cut or not frame
                else {"m11": 1.0, "m12": 0.0, "m13": self.pan / FPS, "m21": 0.0, "m22": 1.0, "m23": 0.0}
            )
            motion.append({"frame": frame, "time_s": t, "shot": shot, "cut": cut or not frame, "quality": 0.9, **move})
        self.motion = CAMERA_MOTION.from_rows(motion)
        blank = {
            "shown_s": 0.0,
            "keyframe": True,
            "shot": 0,
            "sharpness": 1.0,
            "luma": 100.0,
            "repeats_previous": False,
        }
        self.frames = FRAMES.from_rows(
            [{**blank, "frame": f, "time_s": t, "shown_s": t} for f, t in enumerate(self.times)]
        )

    def weigh(self, sidecar: Sidecar, rules: FollowRules | None = None) -> list:
        return weigh(sidecar, rules or follow_rules(sidecar), self.frames, self.tracks, self.reads,
                     motion=self.motion, boxes=self.boxes, width=WIDE, height=HIGH)  # fmt: skip

    def identity(self, sidecar: Sidecar) -> pa.Table:
        rules = follow_rules(sidecar)
        told = self.weigh(sidecar, rules)
        return identity_table(told, np.arange(len(self.times)), self.times, Camera(self.motion), rules.following.lost_s)

    def evidence(self, sidecar: Sidecar) -> list[dict]:
        return evidence_table(self.weigh(sidecar)).to_pylist()

    def shifts(self, sidecar: Sidecar) -> list[dict]:
        rules = follow_rules(sidecar)
        rules = rules.model_copy(update={"periods": in_film_time(rules.periods, self.frames)})
        table = shifts(self.identity(sidecar), rules, self.cuts, width=WIDE, height=HIGH,
                       begins_s=0.0, ends_s=self.seconds)  # fmt: skip
        return table.to_pylist()


def wanted(number: str | None = "5", colour: str | None = None, clicks: list | None = None, **more) -> Sidecar:
    player = {"number": number, "jersey_color": colour, "clicks": clicks or []}
    return Sidecar(sport="ice hockey", players=[{k: v for k, v in player.items() if v is not None}], **more)


def click(t: float, person: Person) -> dict:
    x1, y1, x2, y2 = person.box(t)
    return {"t": t, "x": (x1 + x2) / 2 / WIDE, "y": (y1 + y2) / 2 / HIGH}


def spans(made: Made, sidecar: Sidecar, player: int = 0) -> list[tuple[float, float]]:
    """When the player is in sight: from, to, s."""
    rows = [r for r in made.identity(sidecar).to_pylist() if r["player"] == player]
    found: list[list[float]] = []
    for row in rows:
        if row["x1"] is None:
            continue
        if found and row["time_s"] - found[-1][1] < 1.5 / FPS:
            found[-1][1] = row["time_s"]
        else:
            found.append([row["time_s"], row["time_s"]])
    return [(round(a, 3), round(b, 3)) for a, b in found]
