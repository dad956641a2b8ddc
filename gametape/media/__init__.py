"""Films: what an upload is, its proxy and index, and reading frames by index.

Belongs here: everything that opens a film. Does not belong here: what is seen in the pictures.
`probe` says what an upload is, `ingest` decodes it once into a proxy and its index, `Film` reads that proxy.
Each is imported from its own module, so that importing this package loads nothing heavy.
"""
