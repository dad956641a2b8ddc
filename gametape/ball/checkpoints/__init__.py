"""Published ball networks: their checkpoints load, are recognised, and find candidates as the project's own do.

Belongs here: families, architectures, layouts of files. Does not belong here: the project's own network, the path.
"""

from gametape.ball.checkpoints.source import CheckpointCandidates

__all__ = ["CheckpointCandidates"]
