"""From the picture to the ground and into space: courts in metres, calibration, the map of a court.

Belongs here: what a camera and a court are. Does not belong here: what flies or runs there (`gametape.play`,
`gametape.coaching`).
"""
