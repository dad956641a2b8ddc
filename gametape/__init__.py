"""gametape: game film in, answers out.

This package is the craft: plain Python that sees, measures and explains. It never imports Dagster; the
orchestration beside it calls in. Heavy libraries load inside functions, so importing any module here is cheap.
"""
