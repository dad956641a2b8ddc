"""Training of the network that finds hits, bounces and impacts."""
