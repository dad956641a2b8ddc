"""The names of the files that are kept of a film beside its tables."""

#: The proxy that plays in the report and that all analyses decode.
FILM_FILE = "film.mp4"
POSTER_FILE = "poster.jpg"
#: What was found wrong with the upload, in sentences, as JSON.
WARNINGS_FILE = "warnings.json"
