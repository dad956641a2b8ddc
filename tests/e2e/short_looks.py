"""The code location with first looks of a second, so that a film of three has more to it than its first look."""

from gametape.film import window

window.FIRST_LOOK_SECONDS = 1.0

from orchestration.definitions import defs  # noqa: E402

__all__ = ["defs"]
