"""Training of the network that finds people: drawn ones, and people cut out of real film."""
