"""The uploads: files and sidecars that people drop into a folder or bucket.

kinds: the kinds of upload. naming: keys and fingerprints. files, sidecars, store: reading and writing them. memo: what
is remembered between two looks. look: what the store holds now. decide: which uploads get a run. unused: files that
nothing is made of. Does not belong here: Dagster, and anything inside an upload.
"""

from gametape.uploads.decide import Decision, LastRequest, Records, Request, decide
from gametape.uploads.files import Upload
from gametape.uploads.kinds import KINDS, REPLAYS, VIDEOS, UploadKind, kind_for
from gametape.uploads.look import Look, ReadyUpload, look
from gametape.uploads.naming import fingerprint_in, printable, slug
from gametape.uploads.sidecars import FILM_SIDECAR, FoundSidecar, SidecarFormat, SidecarState
from gametape.uploads.store import Listing, UploadStore

__all__ = [
    "FILM_SIDECAR",
    "KINDS",
    "REPLAYS",
    "VIDEOS",
    "Decision",
    "FoundSidecar",
    "LastRequest",
    "Listing",
    "Look",
    "ReadyUpload",
    "Records",
    "Request",
    "SidecarFormat",
    "SidecarState",
    "Upload",
    "UploadKind",
    "UploadStore",
    "decide",
    "fingerprint_in",
    "kind_for",
    "look",
    "printable",
    "slug",
]
