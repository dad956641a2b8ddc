"""Clips: films of spans of a film.

spans: which spans. cut: one clip, frame for frame. picture_stream, sound_stream: its two streams. marks: the ring and
the caption. reel: clips one after another. make: all clips of a film within a bound on disk. manifests: lists of clips
for other programs. overlay: the whole film with all that was found drawn over it.

Belongs here: cutting and drawing. Does not belong here: finding out when somebody plays (gametape.follow).
"""
