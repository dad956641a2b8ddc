"""The lake: every table as Parquet, one folder a table, one a video; SQL over all of it.

contracts: the tables' columns. store: where they lie and how they are written whole. sql: how they are asked.
warehouse: the summary that goes to a database.
"""
