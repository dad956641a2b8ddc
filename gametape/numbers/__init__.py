"""Numbers on shirts: a network that reads them, the looks along a track, and the votes that make them a number.

`Reader.read` reads crops, `reads` looks along the tracks of a film, and `votes` says which number a track has, if any.
Nothing here knows who is wanted: that is `gametape.follow`.
"""

from gametape.numbers.looks import reads
from gametape.numbers.reader import Read, Reader
from gametape.numbers.votes import Vote, votes

__all__ = ["Read", "Reader", "Vote", "reads", "votes"]
