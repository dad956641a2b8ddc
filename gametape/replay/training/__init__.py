"""Training: what to do about a weakness, what was done, and what came of it.

Belongs here: exercises (exercises.yaml), ranking them, the log of sessions, progress. Does not belong here: finding
weaknesses (`gametape.replay.judgement`).
"""
