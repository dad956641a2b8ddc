"""Lists of a film's clips, for people and for editing programs.

entries: what every list says. timecode: times as frames. edl, otio: for editing programs. sportscode: for Hudl and
Sportscode. write: JSON, CSV and all of these into a folder.

Belongs here: formats. Does not belong here: cutting.
"""

from gametape.clips.manifests.entries import Entry, FilmFacts, entries_of, film_facts
from gametape.clips.manifests.write import MANIFEST, write_manifests

__all__ = ["MANIFEST", "Entry", "FilmFacts", "entries_of", "film_facts", "write_manifests"]
