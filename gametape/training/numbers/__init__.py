"""Training of the number reader: shirts that are rendered on the fly, the fitting, and the export of the weights.

`glyphs` draws digits and letters, `shirts` the cloth with what is on it, `bodies` who wears it and what is before and
behind him, `recording` what camera and compression do to it, `samples` puts them together with the truth.
"""
