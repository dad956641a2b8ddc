"""Training of the network that sees the ball."""
