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
    from gametape.replay.page.words import page_words
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
    say = page_words(settings().language)
    told = [say("training.session", n=done.sessions, exercise=exercise)]
    told += [] if done.best is None else [say("training.best", share=say.share(done.best))]
    told.append(say("training.streak", n=done.streak))
    print(say("training.logged", file=home / FOLDER / FILE, what=", ".join(told)))


@training.command(name="exercises")
def list_exercises() -> None:
    """List the exercises: code, what they are for, title."""
    from gametape.base.settings import settings
    from gametape.replay.page.words import page_words
    from gametape.replay.training.exercises import exercises

    say = page_words(settings().language)
    for code, one in exercises().items():
        trains = ", ".join(f"{say.get(f'judged.{s}', s)}: {say(f'training.{way}')}" for s, way in one.trains.items())
        print(f"{code:22} {one.title[say.language]}\n{'':22} {trains}")


@training.command()
def progress(player: Annotated[str, typer.Option(help="Who trained.")]) -> None:
    """What came of the sessions: by exercise, the best, the change with its error, the streak."""
    from gametape.base.settings import settings
    from gametape.replay.page.words import page_words
    from gametape.replay.training.progress import progress_of
    from gametape.replay.training.sessions import read_sessions

    say = page_words(settings().language)
    sessions = [one for one in read_sessions(settings().home) if one.player == player]
    for code in dict.fromkeys(one.exercise for one in sessions):
        done = progress_of([one for one in sessions if one.exercise == code])
        told = [say("training.sessions", n=done.sessions)]
        if done.share is None:
            told.append(say("training.not_counted"))
        else:
            told.append(say("training.share", share=say.share(done.share), n=done.attempts))
        if done.best is not None:
            told.append(say("training.best_on", share=say.share(done.best), day=done.best_on))
        if done.change is not None:
            change, error = f"{100 * done.change:+.0f}", f"{196 * (done.change_error or 0):.0f}"
            told.append(say("training.change", change=say.digits(change), error=say.digits(error)))
        print(f"{code:22} {', '.join(told)}: {say(f'training.{done.trend}')} ({say.reason(done.why)})")
    whole = progress_of(sessions)
    longest = say("training.longest", n=whole.longest_streak)
    told = [say("training.sessions", n=whole.sessions), say("training.streak", n=whole.streak), longest]
    print(f"{say('training.all'):22} {', '.join(told)}")
