"""What every package of `gametape` may use: errors, settings, storage, languages, code versions.

Nothing here knows about films, balls or people.
"""
