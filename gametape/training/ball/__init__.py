"""Training of the network that detects the ball."""
