"""Finding a court in a picture: lines, the sport's model matched to them, refinement, and the checks it has to pass.

Belongs here: from a picture without players to a court, or why there is none. Does not belong here: what
a calibration is (`gametape.geometry`), courts in metres (`gametape.sports`), what tables are made of it (`assets`).
"""
