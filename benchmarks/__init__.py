"""Benchmarks of speed, memory and accuracy, beside named peers. `python -m benchmarks --help`.

Belongs here: measuring. Does not belong here: limits that must hold (tests), tuning (gametape).
"""
