"""The code location with score sheets beside films."""

from resources.partitions import register
from tests.orchestration.scores import SCORES

register(SCORES)

from orchestration.definitions import build_defs  # noqa: E402 (it builds what is registered)

defs = build_defs()
