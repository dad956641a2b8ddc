"""Looks: which frames of which track are read, and where in them the shirt is.

Belongs here: the choice of frames and windows, and what costs. Does not belong here: the network, and the votes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.media.film import Film


def reads(film: Film, tracks: pa.Table, poses: pa.Table | None = None) -> pa.Table:
    """Look at the shirts of all tracks.

    It knows no roster: another roster or another wanted number looks at no picture again (`votes` narrows).

    Args:
        film: The film.
        tracks: Table PERSON_TRACKS.
        poses: Table POSE_KEYPOINTS or POSE_ESTIMATES, where there are joints: the torso is taken from them.

    Returns:
        Table NUMBER_READS.
    """
    raise NotImplementedError("the weights are being trained")
