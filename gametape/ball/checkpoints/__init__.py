"""Published ball networks: their checkpoints are recognised, loaded, and used as finders of candidates.

Belongs here: families, architectures, layouts of files. Does not belong here: the project's own network, data
association.
"""

from gametape.ball.checkpoints.source import CheckpointCandidates

__all__ = ["CheckpointCandidates"]
