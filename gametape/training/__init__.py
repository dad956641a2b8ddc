"""How the networks that the project ships are trained. No result depends on this code, only on the weights."""
