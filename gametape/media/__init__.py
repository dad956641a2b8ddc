"""Films as files: what an upload is, its proxy and frame index, and reading frames by number.

Belongs here: everything that opens a video. Does not belong here: what is seen in its frames.

`probe` describes an upload, `ingest` decodes it once into a proxy and its index, `Film` reads that proxy. Each is
imported from its own module, so that importing this package loads nothing heavy.
"""
