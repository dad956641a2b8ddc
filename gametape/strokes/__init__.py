"""Strokes: what the people of a film do with a racket, a bat or a ball in the hand, one row an action.

find: proposals from the hands and from the ball, merged into one table. moments: contact and phases. kinds: what
stroke it is. form: how it was done. How each is defined is in docs/metrics.md; what differs between sports is read
from the sport's strokes.yaml.
"""

from gametape.strokes.find import find_strokes

__all__ = ["find_strokes"]
