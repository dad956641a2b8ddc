"""The sample film: a rally that gametape renders itself, with exact ground truth.

Belongs here: everything needed to make the film from geometry and physics, and the reader of its truth. Does not
belong here: analysing it.

skeleton, mesh, figure: the player. animation, ball_physics, rally: what happens. scene, raster, renderer: how it looks.
soundtrack, truth, files: what is written.
"""

from gametape.sample.files import Sample, render
from gametape.sample.truth import Event, Truth, load_truth

__all__ = ["Event", "Sample", "Truth", "load_truth", "render"]
