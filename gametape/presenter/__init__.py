"""Follows whoever stands in front of an audience: who it is, where, for how long, and what is not known.

Belongs here: choosing the presenter among the people found, samples at true times, presences, figures, zones, slides,
the payload. Does not belong here: finding people (`gametape.pose`), the report's words (`gametape.report`).
"""
