"""The network that finds people in a picture: its layers, its weights, what its maps say."""
