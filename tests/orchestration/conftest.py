"""Fixtures of the orchestration's tests."""

from tests.film_house import folder, house

__all__ = ["folder", "house"]
