"""Simulated play in which contacts follow each other closely or are seen from one side only.

Belongs here: rallies over a table, deliveries that bounce before a bat. Does not belong here: cameras, play on courts
(`simulated`).

Over a table a ball may bounce some hundredths of a second after its hit, and be hit as soon after its bounce.
A delivery is first seen when it leaves the hand, and often no longer after the bat. Lengths and speeds are drawn wide
about those of the sports' rules and of the physics of their balls, in metres.
"""

from __future__ import annotations

import numpy as np

from gametape.base.physics import GRAVITY

HZ = 200
"""Steps of the simulation per second."""
Made = tuple[np.ndarray, list[tuple[str, float]]]
"""A path (n, 3), m, NaN where the ball is not followed, and the events as (kind, seconds)."""

_TABLE_HALF, _TABLE_WIDE = 1.37, 0.76
_FLOOR = -0.76
_PITCH_HALF = 10.0


class _Ball:
    """A ball that flies: gravity, drag, and lift downwards by topspin.

    Attributes:
        place: (3,) m.
        velocity: (3,) m/s.
        path: Places of all steps.
        events: Kind and time of each contact so far.
    """

    def __init__(self, place: np.ndarray, drag: float) -> None:
        self.place, self.velocity, self.drag = np.array(place, float), np.zeros(3), drag
        self.lift = self.aside = 0.0
        self.path: list[np.ndarray] = []
        self.events: list[tuple[str, float]] = []

    @property
    def now(self) -> float:
        return len(self.path) / HZ

    def contact(self, kind: str) -> None:
        self.events.append((kind, self.now))

    def step(self) -> None:
        self.path.append(self.place.copy())
        self.velocity, self.place = _stepped(self.velocity, self.place, self.drag, self.lift, self.aside)

    def send(self, target: np.ndarray, seconds: float) -> None:
        """Give it the velocity that brings it to `target` in `seconds`."""
        velocity = (target - self.place) / seconds
        velocity[2] += GRAVITY * seconds / 2
        for _ in range(4):
            v, p = velocity.copy(), self.place.copy()
            for _ in range(max(1, round(seconds * HZ))):
                v, p = _stepped(v, p, self.drag, self.lift, self.aside)
            velocity += (target - p) / seconds
        self.velocity = velocity

    def made(self) -> Made:
        return np.array(self.path), self.events


def over_table(random: np.random.Generator) -> Made:
    """Play over a table: often a toss and a first hit that bounces on either side; hit, bounce, hit; in the end out."""
    side = -1.0
    place = np.array([side * (_TABLE_HALF + random.uniform(0.0, 0.5)), random.uniform(-0.9, 0.9), 0.2])
    ball = _Ball(place, _table_drag(random))
    if random.random() < 0.6:
        _held(ball, random.uniform(0, 1.2), random)
        _toss(ball, random)
        _first_hit(ball, side, random)
    else:
        ball.place[2] = random.uniform(-0.2, 0.5)
        _stroke(ball, side, random)
    for _ in range(random.integers(1, 9)):
        side = -side
        _wait(ball, _time_after_bounce(random), bounces=False)
        last = random.random() < 0.12
        _stroke(ball, side, random, out=last)
        if last:
            break
    _wait(ball, random.uniform(0.1, 1.0))
    return ball.made()


def delivery(random: np.random.Generator) -> Made:
    """A ball that is bowled: let go, bounced before the bat or not, hit or let through; often lost at the bat."""
    speed = random.uniform(17, 42)
    place = np.array([-_PITCH_HALF + random.uniform(0.0, 1.5), random.uniform(-1.2, 1.2), random.uniform(1.7, 2.5)])
    ball = _Ball(place, 0.0069)
    ball.aside = random.normal(0, 0.0015)
    arm = _arm(ball.place, speed, random.uniform(0.05, 0.35)) if random.random() < 0.4 else np.empty((0, 3))
    ball.path += list(arm)
    ball.contact("hit")
    crease = _PITCH_HALF - 1.2
    meets = crease + random.uniform(-1.8, 1.0)
    full = random.random() < 0.12
    x = meets + 0.5 if full else crease - random.uniform(0.3, 9.0)
    target = np.array([x, random.uniform(-0.6, 0.6), random.uniform(0.2, 1.0) if full else 0.0])
    ball.send(target, float((x - ball.place[0]) / speed))
    hop, grip, turn = random.uniform(0.4, 0.65), random.uniform(0.7, 0.95), random.normal(0, 0.06)
    played = random.random() < 0.75
    met = False
    stop = ball.now + random.uniform(0.7, 2.0)
    while ball.now < stop:
        ball.step()
        if ball.place[2] < 0 and ball.velocity[2] < 0:
            ball.contact("bounce")
            ball.place[2] = -ball.place[2]
            ball.velocity *= [grip, grip, -hop]
            ball.velocity[1] += turn * ball.velocity[0]
            turn = 0.0
        if played and not met and ball.place[0] >= meets:
            met = True
            ball.contact("hit")
            if random.random() < 0.45:
                ball.path = ball.path[: len(ball.path) - int(random.uniform(0, 0.1) * HZ)]
                return ball.made()  # it is lost before the bat or the batsman
            away = random.uniform(-2.6, 2.6) if random.random() < 0.5 else random.normal(np.pi, 0.6)
            pace = random.uniform(3, 38)
            rise = random.normal(0.1, 0.35)
            ball.velocity = pace * np.array([np.cos(away) * np.cos(rise), np.sin(away) * np.cos(rise), np.sin(rise)])
        elif not played and ball.place[0] > _PITCH_HALF + random.uniform(0.5, 9):
            break  # lost behind the batsman, or in the keeper's gloves
    return ball.made()


def _table_drag(random: np.random.Generator) -> float:
    return float(random.uniform(0.09, 0.16))


def _stepped(
    velocity: np.ndarray, place: np.ndarray, drag: float, lift: float, aside: float
) -> tuple[np.ndarray, np.ndarray]:
    speed, flat = float(np.linalg.norm(velocity)), float(max(np.hypot(velocity[0], velocity[1]), 1e-6))
    x, y, z = velocity
    below = np.array([x * z / flat, y * z / flat, -flat])
    beside = np.array([y / flat, -x / flat, 0.0])
    change = -drag * speed * velocity + lift * speed * below + aside * speed**2 * beside
    change[2] -= GRAVITY
    velocity = velocity + change / HZ
    return velocity, place + velocity / HZ


def _held(ball: _Ball, seconds: float, random: np.random.Generator) -> None:
    """In the hand: it moves slowly about."""
    count = int(seconds * HZ)
    if not count:
        return
    sway, pace = random.uniform(0, 0.12, 3), random.uniform(0.5, 4, 3)
    after = np.arange(count)[::-1, None] / HZ
    ball.path += list(ball.place + sway * np.sin(pace * after))


def _toss(ball: _Ball, random: np.random.Generator) -> None:
    """Thrown up and falling to where it is struck."""
    ball.lift = ball.aside = 0.0
    start = ball.place[2]
    ball.velocity = np.array([*random.normal(0, 0.25, 2), np.sqrt(2 * GRAVITY * random.uniform(0.16, 1.3))])
    strike = start + random.uniform(-0.1, 0.2)
    while ball.velocity[2] > 0 or ball.place[2] > strike:
        ball.step()


def _first_hit(ball: _Ball, side: float, random: np.random.Generator) -> None:
    """To one's own half, after some hundredths of a second, and from there to the other."""
    _spin(ball, random, 0.3)
    lasts, pace = random.uniform(0.03, 0.14), random.uniform(3.5, 9)
    inside = np.clip(abs(ball.place[0]) - lasts * pace, 0.25, _TABLE_HALF - 0.05)
    first = np.array([side * inside, ball.place[1] * random.uniform(0.6, 1), 0.0])
    other = np.array([-side * random.uniform(0.3, 1.3), random.uniform(-0.7, 0.7), 0.0])
    probe = _Ball(first, ball.drag)
    probe.lift, probe.aside = ball.lift, ball.aside
    probe.send(other, float(np.linalg.norm(other - first)) / (pace * random.uniform(0.8, 1.0)))
    ball.contact("hit")
    ball.send(first, lasts)
    for _ in range(max(2, round(lasts * HZ))):
        ball.step()
    ball.contact("bounce")
    ball.place = np.array([first[0], first[1], 0.002])
    ball.velocity = probe.velocity
    _until_bounce(ball, random)


def _stroke(ball: _Ball, side: float, random: np.random.Generator, out: bool = False) -> None:
    """Hit from `side` of the table to the other half, until it has bounced there."""
    ball.contact("hit")
    _spin(ball, random, 1.0)
    reach = random.uniform(1.5, 4.0) if out else random.uniform(0.25, 1.33)
    target = np.array([-side * reach, random.uniform(-0.72, 0.72), -0.4 if out else 0.0])
    far = float(np.linalg.norm((target - ball.place)[:2]))
    pace = random.uniform(4, 9) if random.random() < 0.5 else random.uniform(8, 20)
    least = np.sqrt(max(0.0, 2 * (ball.place[2] - 0.2)) / GRAVITY)
    ball.send(target, max(far / pace, float(least), 0.12))
    _until_bounce(ball, random)


def _until_bounce(ball: _Ball, random: np.random.Generator) -> None:
    hop, grip = random.uniform(0.78, 0.94), random.uniform(0.7, 1.12)
    for _ in range(2 * HZ):
        ball.step()
        over = abs(ball.place[0]) < _TABLE_HALF and abs(ball.place[1]) < _TABLE_WIDE
        if ball.velocity[2] < 0 and ((over and -0.1 < ball.place[2] <= 0) or ball.place[2] <= _FLOOR):
            ball.contact("bounce")
            ball.place[2] = 0.002 if over and ball.place[2] > -0.1 else _FLOOR
            ball.velocity *= [grip, grip, -hop]
            ball.velocity[1] += random.normal(0, 0.3)
            return


def _wait(ball: _Ball, seconds: float, bounces: bool = True) -> None:
    """Fly on; where it `bounces`, it may do so again, or else it is met just before."""
    for _ in range(max(1, round(seconds * HZ))):
        soon = ball.place[2] + 2 * ball.velocity[2] / HZ
        over = abs(ball.place[0]) < _TABLE_HALF and abs(ball.place[1]) < _TABLE_WIDE
        low = (over and -0.1 < soon <= 0) or soon <= _FLOOR
        if ball.velocity[2] < 0 and low:
            if not bounces:
                return
            ball.contact("bounce")
            ball.place[2] = 0.002 if over and ball.place[2] > -0.1 else _FLOOR
            ball.velocity *= [0.85, 0.85, -0.85]
        ball.step()


def _spin(ball: _Ball, random: np.random.Generator, share: float) -> None:
    ball.lift = share * random.normal(0.03, 0.045)
    ball.aside = share * random.normal(0, 0.015)


def _time_after_bounce(random: np.random.Generator) -> float:
    """Seconds from a bounce to the hit: at once, on the rise, or late."""
    return float(random.uniform(0.02, 0.1) if random.random() < 0.25 else random.uniform(0.08, 0.5))


def _arm(released: np.ndarray, speed: float, seconds: float) -> np.ndarray:
    """(n, 3) the hand's way to the release: about the shoulder, faster and faster."""
    radius = 0.85
    after = np.arange(int(seconds * HZ))[::-1] / HZ
    angle = np.minimum(0.6 * speed / radius * after * np.maximum(1 - after / 0.8, 0.4), 2.6)
    return released + radius * np.stack([-np.sin(angle), 0 * angle, np.cos(angle) - 1], axis=1)
