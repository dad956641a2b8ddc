"""Training: logging sessions, and what came of them."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import typer

training = typer.Typer(
    help="Rocket League training: what there is, what you did, what came of it.", no_args_is_help=True
)


class Kind(Enum):
    """What a session was."""

    PRACTICE = "practice"
    WARMUP = "warmup"
    FOCUSED = "focused"


@training.command()
def log(
    exercise: Annotated[str, typer.Argument(help="Code of an exercise; `gametape training exercises` lists them.")],
    player: Annotated[str, typer.Option(help="Who trained, by the name that the player has here.")],
    attempts: Annotated[int | None, typer.Option(help="How many attempts.", min=1)] = None,
    successes: Annotated[int | None, typer.Option(help="How many of them succeeded.", min=0)] = None,
    minutes: Annotated[float | None, typer.Option(help="How long, minutes.")] = None,
    kind: Annotated[Kind, typer.Option(help="What it was.")] = Kind.PRACTICE,
    rating: Annotated[int | None, typer.Option(help="How good the exercise was, 1 to 5.", min=1, max=5)] = None,
    notes: Annotated[str, typer.Option(help="Anything to remember.")] = "",
    at: Annotated[datetime | None, typer.Option(help="When it began; default: now.")] = None,
) -> None:
    """Write a session into the log, a file that you can also edit."""
    from pydantic import ValidationError

    from gametape.base.errors import BadInput
    from gametape.base.settings import settings
    from gametape.replay.training.exercises import exercises
    from gametape.replay.training.progress import progress_of
    from gametape.replay.training.sessions import FILE, FOLDER, Session, log_session, read_sessions

    if exercise not in exercises():
        raise BadInput(exercise, "is no exercise", "`gametape training exercises` lists them")
    began = (at or datetime.now()).astimezone().replace(microsecond=0)
    try:
        session = Session(
            started_at=began, player=player, exercise=exercise, kind=kind.value, minutes=minutes,
            attempts=attempts, successes=successes, rating=rating, notes=notes,
        )  # fmt: skip
    except ValidationError as error:
        raise BadInput("the session", error.errors()[0]["msg"], "Give it again") from error
    home = settings().home
    log_session(home, session)
    done = progress_of([one for one in read_sessions(home) if (one.player, one.exercise) == (player, exercise)])
    best = "" if done.best is None else f", best {done.best:.0%}"
    print(f"Logged in {home / FOLDER / FILE}: session {done.sessions} of {exercise}{best}, {done.streak} days in a row")


@training.command(name="exercises")
def list_exercises() -> None:
    """List the exercises: code, what they are for, title."""
    from gametape.base.settings import settings
    from gametape.replay.training.exercises import exercises

    language = settings().language
    for code, one in exercises().items():
        trains = ", ".join(f"{stat} {way}" for stat, way in one.trains.items())
        print(f"{code:22} {one.title[language]}\n{'':22} {trains}")


@training.command()
def progress(player: Annotated[str, typer.Option(help="Who trained.")]) -> None:
    """What came of the sessions: by exercise, the best, the change with its error, the streak."""
    from gametape.base.settings import settings
    from gametape.replay.training.progress import progress_of
    from gametape.replay.training.sessions import read_sessions
    from gametape.report.words import words

    say = words(settings().language)
    sessions = [one for one in read_sessions(settings().home) if one.player == player]
    for code in dict.fromkeys(one.exercise for one in sessions):
        done = progress_of([one for one in sessions if one.exercise == code])
        share = "not counted" if done.share is None else f"{done.share:.0%} of {done.attempts}"
        best = "" if done.best is None else f", best {done.best:.0%} on {done.best_on}"
        change = (
            "" if done.change is None else f", {100 * done.change:+.0f} ± {196 * (done.change_error or 0):.0f} points"
        )
        print(f"{code:22} {done.sessions} sessions, {share}{best}{change}: {done.trend} ({say.reason(done.why)})")
    whole = progress_of(sessions)
    print(f"{'all':22} {whole.sessions} sessions, {whole.streak} days in a row, at most {whole.longest_streak}")
