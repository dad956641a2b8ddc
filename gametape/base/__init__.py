"""What every room of `gametape` may use: errors, settings, files, languages, versions.

Nothing here knows films, balls or people.
"""
