"""One person's movement in body heights: joint paths, stature, who is measured, and the measures of the body."""
