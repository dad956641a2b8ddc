"""The uploads: films and sidecars that people drop into a folder or bucket.

Belongs here: a film's key and fingerprint (`naming`), the store (`store`), what is remembered between two looks
(`memo`), what a look at the store shows (`look`) and what follows from it (`decide`). Does not belong here: Dagster,
and anything inside a film.
"""

from gametape.uploads.decide import Decision, LastRequest, Records, Request, decide
from gametape.uploads.look import Film, Look, look
from gametape.uploads.naming import film_key, fingerprint_in, printable, slug
from gametape.uploads.store import FoundSidecar, Listing, SidecarState, Upload, UploadStore

__all__ = [
    "Decision",
    "Film",
    "FoundSidecar",
    "LastRequest",
    "Listing",
    "Look",
    "Records",
    "Request",
    "SidecarState",
    "Upload",
    "UploadStore",
    "decide",
    "film_key",
    "fingerprint_in",
    "look",
    "printable",
    "slug",
]
