"""Training of the network that tells hits from bounces."""
