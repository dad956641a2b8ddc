"""Games from ballchasing.com, by its API.

pace: how often it may be asked. client: asking. schema: what its answers hold. answer: from an answer to tables.
importing: answers into the uploads. Does not belong here: the tables (`gametape.tables.replays`), who is who
(`gametape.replay.identity`).
"""

from gametape.replay.ballchasing.answer import read_answer, replay_of

__all__ = ["read_answer", "replay_of"]
