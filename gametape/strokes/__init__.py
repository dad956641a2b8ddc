"""Strokes: what the people of a film do with a racket, a bat or a ball in the hand, one row per action.

Belongs here: finding strokes by the hands and the ball (`find`, `merging`), which hand plays (`handedness`), contact
and phases (`phases`), the kind of a stroke (`kinds`) and how it was done (`form`). Does not belong here: what is good
or bad (`gametape.coaching`). Definitions are in docs/metrics.md; what differs between sports is in the sport's
strokes.yaml.
"""

from gametape.strokes.find import find_strokes

__all__ = ["find_strokes"]
