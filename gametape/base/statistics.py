"""Numbers of statistics that several packages use."""

Z_95 = 1.96
"""Standard errors in half a 95 % interval of a normal distribution."""
