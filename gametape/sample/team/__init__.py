"""A rendered film of a match: two teams with numbers, a referee, a camera that pans and cuts, and the exact truth.

It is for trying how people are followed, and for measuring it: everybody's box, number and side are known in every
frame. The figures are flat and the hall is plain; figures measured on it say what following does, not what finding does
on film.

play: who is on the ice, and where. view: cameras. look: the hall and the figures. files: what is written.
"""

from gametape.sample.team.files import TeamFilm, render_team
from gametape.sample.team.truth import PersonTruth, load_team_truth

__all__ = ["PersonTruth", "TeamFilm", "load_team_truth", "render_team"]
