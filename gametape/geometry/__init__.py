"""From the picture to the ground and into space: marks, homography, camera.

Belongs here: what a calibrated camera is and how it is solved. Does not belong here: courts (`gametape.sports`), what
flies or runs there (`gametape.play`, `gametape.coaching`).
"""
