"""Films as Dagster knows them: where each stands, and what can be done about it."""
