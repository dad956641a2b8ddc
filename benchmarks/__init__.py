"""Speed, memory and accuracy, measured and printed beside a named peer. `python -m benchmarks --help`.

Belongs here: measuring. Does not belong here: judging (tests do), tuning (the craft does).
"""
