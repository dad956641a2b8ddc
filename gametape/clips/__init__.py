"""Clips: films of spans of a film.

film: the film that is cut. selection: which pictures, which of them copied. cut: one clip, frame for frame.
sound_stream: its sound. marks, lettering, captions: the ring and the caption. reel: clips one after another. spans:
which spans. make: all clips of a film within a bound on disk. manifests: lists of clips for other programs. overlay:
the whole film with all that was found drawn over it.

Belongs here: cutting and drawing. Does not belong here: finding out when somebody plays (gametape.follow).
"""
