"""The tables of the film itself: the upload, its sidecar, its frames and which of them are analysed."""

from __future__ import annotations

from gametape.tables.core import FRAME, Table, columns

SOURCE_VIDEO = Table(
    "source_video",
    "an uploaded film",
    columns(
        "source_uri string! where the upload lies",
        "file_name string! the upload's own name",
        "bytes int64! size of the upload",
        "sha256 string! of the whole upload",
        "container string! container format by what the bytes say",
        "video_codec string! codec of the picture",
        "audio_codec string codec of the sound; null: no sound",
        "width int32! px, upright, square pixels",
        "height int32! px, upright, square pixels",
        "rotation int32! degrees clockwise applied to make it upright",
        "pixel_aspect float64! width of a pixel over its height, before it was made square",
        "bit_depth int32! bits a sample",
        "interlaced bool! are frames made of two fields?",
        "hdr bool! is the transfer PQ or HLG?",
        "nominal_fps float64 frame rate the container claims",
        "claimed_frames int64 frame count the container claims; may lie",
        "claimed_duration_s float64 duration the container claims; may lie",
        "uploaded_at string when the upload was last written, ISO 8601 UTC",
    ),
)


SIDECAR = Table(
    "sidecar",
    "what the uploader said of a film",
    columns(
        "sidecar_uri string file it came from; null: none was given",
        "fingerprint string! of the values",
        "title string as given",
        "sport string as given",
        "mode string as given",
        "camera_view string as given",
        "camera_motion string as given",
        "trim_start_s float64 analyse from here",
        "trim_end_s float64 analyse to here",
        "sample_rate_hz float64 poses a second",
        "owner string as given",
        "notes string as given",
        "player string name of the player who is measured; null: unknown player",
        "player_number string shirt number of the player who is measured; null: not given",
        "content string! the whole sidecar as JSON",
    ),
)


FRAMES = Table(
    "frames",
    "a frame that decodes",
    columns(
        *FRAME,
        "source_pts int64 presentation time stamp in the source's time base; null: the source gave none",
        "keyframe bool! can decoding start here?",
        "shot int32! cut id, from 0",
        "sharpness float32! variance of the Laplacian of the luma at 320 px width",
        "luma float32! mean luma, 0..255",
        "repeats_previous bool! same picture as the frame before",
    ),
)


ANALYSIS_WINDOW = Table(
    "analysis_window",
    "an analysis of a film and the frames it looks at",
    columns(
        "analysis string! ball or pose",
        "wanted bool! did the sidecar ask for it (or say nothing)?",
        "first_frame int32! first frame looked at",
        "last_frame int32! last frame looked at",
        "stride int32! every so many frames",
    ),
)
