"""Partitions as Dagster knows them: the state of each, and what can be done about it."""
