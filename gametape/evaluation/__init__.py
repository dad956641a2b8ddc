"""How accurate the ball, its events and the poses are, against labels made by hand. No result depends on this code."""
