"""BlazePose: MediaPipe's pose landmarker, made to find several people who are small in the picture.

Belongs here: running the landmarker and deciding where in the picture it looks. Does not belong here: who is who over
the film (pose/linking.py).

The landmarker finds a person who fills much of the picture that it is given (its detector sees 224 px), so in a wide
view it misses nearly everybody. Here it looks at parts of the picture: while nobody is known, at every square of a grid
and, in every second frame, wherever something moves; then through a window around each known person. From time to time
one square of the grid, or what moves beside the known, is searched for newcomers. From where somebody was first seen,
the frames before are looked at backwards.

In video mode the landmarker starts from where the person was in the picture before, which saves the detector. So the
window moves along with the person and keeps its size. From 45 frames a second, every second look is at the mirrored
picture, by a landmarker of its own: where the landmarker errs, it often errs differently there, so that smoothing over
time (pose/repair) averages the two. Only plain looks decide where the person is. A mirrored look that sees somebody
else, or nobody, is made again plainly, and for a second there are no mirrored looks.

A look costs 8 ms of one processor. So only the foremost people (players rather than those who sit and watch) are looked
at in every frame; the others take turns. Who moves takes the place of who stands, and of what the picture shows to be
no more than a thing. Frames are worked on in short blocks: within a block each person is followed
on a thread of its own while another thread searches; whom to follow is decided between blocks. Threads are thus never
waited for long, and results do not depend on which is faster.
"""

from gametape.pose.blazepose.estimator import BlazePose

__all__ = ["BlazePose"]
