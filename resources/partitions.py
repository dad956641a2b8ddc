"""The one set of partitions: a film each, added by the upload sensor."""

import dagster as dg

videos = dg.DynamicPartitionsDefinition(name="videos")
