"""The tables of clips: the spans of a film of which clips are wanted, and the clips made of them.

Belongs here: columns with units, ranges and what null means. Does not belong here: how they are computed.
"""

from __future__ import annotations

from gametape.tables.core import Table, columns

_WHOSE = (
    "clip int32! number of the clip in the film, from 1",
    "kind string! shift, finding, stroke, rally, moment or span; overlay: the whole film with what was found drawn in",
    "player int32 place of the player in the sidecar, from 0; null: of nobody followed",
    "name string the player's name, as the sidecar gives it; null: not given",
    "number string the player's shirt number, as the sidecar gives it; null: not given",
    "shift int32 number of the player's shift, from 1; null: no shift",
    "period int32 number of the period, from 1; null: no shift, or the film has no periods",
    "label string! what it shows, in few words: a finding's code, a stroke's kind, what the sidecar calls it",
)

CLIP_SPANS = Table(
    "clip_spans",
    "a span of which a clip is wanted, or why there is none",
    columns(
        *_WHOSE,
        "span_start_s float64 where the span itself begins, seconds; null: there is none, see reason",
        "span_end_s float64 where it ends",
        "start_s float64 where its clip begins: the span's start less the pre-roll, within the film",
        "end_s float64 where its clip ends, with the post-roll",
        "ring_s float64! so long the player is ringed at its start, seconds; 0: not",
        "reel bool! is it part of the player's reel?",
        "title string the film's title, for the lists of clips; null: it has none",
        "caption string parts of the caption that is drawn in the first seconds, a JSON list; null: none",
        "file string name of the clip's file; null: no span",
        "reason string why there is no span; null: there is one",
    ),
)

CLIPS = Table(
    "clips",
    "a clip of a film, or why there is none; of each player's shifts also the reel",
    columns(
        *(column.replace("moment or span", "moment, span or reel") for column in _WHOSE),
        "span_start_s float64 where the span itself begins, seconds; null: a reel, or no span",
        "span_end_s float64 where it ends",
        "start_s float64 when its first picture is taken; null: a reel, or no clip",
        "end_s float64 when the picture after its last one is taken",
        "shown_s float64 where it begins in the film's file, seconds: differs from start_s in slow motion",
        "duration_s float64 how long it plays, seconds; null: no clip",
        "first_frame int32 number of its first frame in the film; null: a reel, or no clip",
        "frames int32 its frames; null: no clip",
        "file string in the film's folder; null: no clip, see reason",
        "bytes int64 size of the file, bytes",
        "sound bool does it have sound? null: no clip",
        "copied float32 share of its frames that were copied, not encoded again, 0..1; null: no clip",
        "ringed bool is the player ringed in it? false: not asked for, or nowhere seen in its first seconds",
        "made_of string digest of all that it is made of; null: no clip",
        "reason string why there is no clip; null: there is one",
    ),
)
