"""The upload store as Dagster sees it."""

from pathlib import Path

import dagster as dg

from gametape.base.settings import settings
from gametape.uploads import VIDEOS, UploadKind, UploadStore


class UploadStoreResource(dg.ConfigurableResource):
    """Gives the `gametape.uploads` stores. `memo` is the file that they remember in; empty for none."""

    base_uri: str
    memo: str = ""

    def store(self, kind: UploadKind = VIDEOS) -> UploadStore:
        """The store of one kind of upload; all kinds lie in the same folder."""
        return UploadStore(self.base_uri, Path(self.memo) if self.memo else None, kind)


def uploads_from_settings() -> UploadStoreResource:
    return UploadStoreResource(base_uri=settings().uploads_uri, memo=str(settings().home / "uploads.sqlite"))
