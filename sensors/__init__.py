"""What starts work: the uploads that arrive, the tables that grew stale.

A sensor here reads what there is, lets a pure function decide and says what it did. `records` holds the questions
that sensors and the status ask of Dagster's records.
"""
