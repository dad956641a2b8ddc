"""Constants of physics that several packages use."""

GRAVITY = 9.81
"""Acceleration of free fall, m/s^2."""
