"""Accuracy of the ball, its events and the poses against hand labels. No result of a film depends on this code."""
