"""The sample film: a rally that gametape renders itself, with exact ground truth beside it.

Belongs here: everything needed to make the film from geometry and physics, and the reader of its truth. Does not
belong here: analysing it.
"""

from gametape.sample.film import Sample, render
from gametape.sample.truth import Event, Truth, load_truth

__all__ = ["Event", "Sample", "Truth", "load_truth", "render"]
