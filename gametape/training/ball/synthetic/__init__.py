"""Synthetic film to train a ball network on: short gray clips in which the ball's place is known exactly.

Belongs here: what balls, cameras, scenes and codecs do to a picture, drawn at random. Does not belong here: how clips
become batches (data.py), real film.

A clip is a scene seen by a camera, people and small things that move in it, a ball in flight, then the effects of lens,
sensor and codec. The numbers are those of films shrunk to 512 x 288 at 25 to 60 frames a second: lengths are px of the
clip, times are frames, y points down. A frame of time t is exposed from t - exposure / 2 to t + exposure / 2. Every
random number comes from the given generator, so a clip can be made again.

compose: puts a clip together. ball, camera, scenes, movers, recording: its parts. draw: what several parts need.
"""

from gametape.training.ball.synthetic.compose import Background, SyntheticClip, clip

__all__ = ["Background", "SyntheticClip", "clip"]
