"""The tables of a film that follows whoever stands in front: samples, presences, slides and figures.

Belongs here: columns with units and what null means. Does not belong here: who the presenter is and how it is measured
(`gametape.presenter`). On films of another mode all of them are empty.
"""

from __future__ import annotations

from gametape.tables.core import BOX, FRAME, Table, columns

PRESENTER_FOUND = Table(
    "presenter_found",
    "the presenter in a frame in which one was seen",
    columns(
        *FRAME,
        "presence int32! number of the presence, from 1: somebody in front without leaving",
        "person int32! number of the person, from 1: whoever comes back keeps it",
        "may_be int32 an earlier person of whom nothing tells this one: dressed alike in what many wear; null: none",
        "stretch int32! number of the stretch in which places compare: one presence before one view",
        "player int32 place in the sidecar's players, from 0, of whom a click says that it is; null: no click",
        "track int32 number of the track, as in people; null: found by the second look",
        *BOX,
        "confidence float32! confidence of the person, 0..1",
        "x float32! the place that is followed, px from the left",
        "y float32! the same, px from the top",
        "place string! by what it is told: trunk (between shoulders and hips), shoulders or box, where hips or "
        "shoulders are hidden, moved by how far the trunk usually is from them",
        "again bool! found by the second look, around where the presenter was before or after",
        "evidence string! why this is the presenter; the same in every row of a presence",
        "others int32! people found in at least a tenth of the presence who were not taken; likewise",
        "others_reason string why they were not; null: nobody else",
    ),
)

PRESENTER_TRACK = Table(
    "presenter_track",
    "a sample of the film, so many a second as the sidecar asks",
    columns(
        "sample int32! number of the sample, from 0",
        "frame int32! 0-based index in source order of the frame nearest to the sample's time",
        "time_s float64! when that frame was taken, seconds from the film's start",
        "quality string! measured; interpolated between two measured samples close to each other; lost: nobody in "
        "front was found",
        "presence int32 number of the presence, from 1: somebody in front without leaving; null: lost, and nobody is "
        "taken to be there",
        "person int32 number of the person, from 1: whoever comes back keeps it; null: as presence",
        "stretch int32 number of the stretch in which places compare: one presence before one view; null: none",
        "track int32 number of the track, as in people; null: not measured, or found by the second look",
        *BOX,
        "confidence float32 confidence of the person, 0..1; null: not measured",
        "x float32 the place that is followed, px from the left; null: lost",
        "y float32 the same, px from the top; null: lost",
        "place string by what it is told: trunk, shoulders or box, as in presenter_found, or line (between two "
        "measured places); null: lost",
        "zone string the zone of that place; null: lost, or in none",
        "slide int32! number of the slide, as in presenter_slides",
    ),
)

#: What is measured of a film and of each presence alike.
_MEASURED = (
    "samples int32! samples of it",
    "measured int32! those measured",
    "interpolated int32! those interpolated",
    "lost int32! those lost",
    "coverage float64 share of the samples that are not lost, 0..1; null: no samples",
    "gaps int32! stretches of lost samples",
    "longest_gap_s float64 the longest of them in seconds, from where the lost samples begin to where they end",
    "distance_heights float64 way of the place followed, gaps left out, picture heights; null: fewer than two samples "
    "in a row",
    "distance_bridged_heights float64 the same with a straight line over each gap; null: fewer than two samples",
    "distance_px float64 as distance_heights, px",
    "distance_bridged_px float64 as distance_bridged_heights, px",
    "jitter_heights float64 how far a measured place lies off the line between its neighbours, median over the "
    "samples, picture heights; null: fewer than three in a row",
)

PRESENCES = Table(
    "presences",
    "somebody in front, from coming to leaving",
    columns(
        "presence int32! number of the presence, from 1",
        "person int32! number of the person, from 1: whoever comes back keeps it",
        "may_be int32 an earlier person of whom nothing tells this one; null: none",
        "name string of who is clicked, or of the only person where the sidecar has one player; null: not known",
        "start_s float64! time of the first sample",
        "end_s float64! time of the last sample",
        *_MEASURED,
        "evidence string! why this is the presenter: a click, or the rules that spoke for it",
        "others int32! people found in at least a tenth of its time who were not taken",
        "others_reason string why they were not; null: nobody else",
    ),
)

PRESENTER_SUMMARY = Table(
    "presenter_summary",
    "the film",
    columns(
        "presences int32! how often somebody came to the front",
        "people int32! how many different people",
        *_MEASURED,
        "process_fps float64! samples asked for, per second",
        "max_gap_samples int32! longest run of samples between two measured ones that is interpolated",
        "zone_seconds string! JSON object: seconds in each zone, of the samples that are not lost",
        "heat_map string! JSON: rows of shares of the time, 18 rows of 32 cells from the top left of the picture",
        "payload string! JSON object, the payload of version v1",
        "reason string why nobody was followed; null: somebody was",
    ),
)

PRESENTER_SLIDES = Table(
    "presenter_slides",
    "a slide of the film: what is between two changes of it",
    columns(
        "slide int32! number of the slide, from 1",
        "first_frame int32! its first frame",
        "start_s float64! time of its first frame",
        "end_s float64! time at which it ends",
        "presenter_share float64 share of its samples in which somebody in front is not lost; null: no samples",
    ),
)
