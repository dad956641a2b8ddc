"""Rocket League games: from a replay, or ballchasing.com's answer about one, to tables.

Belongs here: what is particular to this game. Both ways in (`read_replay`, `gametape.replay.ballchasing`) give the same
rows of the same tables (`gametape.tables.replays`); what one of them does not know is null with a reason. Does not
belong here: video; running things.
"""
