"""The tables of the film itself: the upload, its sidecar, its frames and which of them are analysed.

Belongs here: columns with units, ranges and what null means. Does not belong here: how they are computed.
"""

from __future__ import annotations

from gametape.tables.core import FRAME, Table, columns

SOURCE_VIDEO = Table(
    "source_video",
    "an uploaded film",
    columns(
        "source_uri string! address of the uploaded file",
        "file_name string! name of the uploaded file",
        "bytes int64! size of the file, bytes",
        "sha256 string! SHA-256 of the file, 64 hexadecimal digits",
        "container string! container format, read from the file's content",
        "video_codec string! codec of the picture",
        "audio_codec string codec of the sound; null: there is no sound",
        "width int32! width of the upright picture with square pixels, px",
        "height int32! height of the upright picture with square pixels, px",
        "rotation int32! clockwise rotation that made the picture upright, degrees: 0, 90, 180 or 270",
        "pixel_aspect float64! width of a stored pixel over its height, before pixels were made square",
        "bit_depth int32! bits per sample",
        "interlaced bool! whether frames consist of two fields",
        "hdr bool! whether the transfer characteristic is PQ or HLG",
        "nominal_fps float64 frame rate that the container states, frames per second; null: none stated",
        "claimed_frames int64 frame count that the container states, which may be wrong; null: none stated",
        "claimed_duration_s float64 duration that the container states, seconds, which may be wrong; null: none stated",
        "tagged_capture_fps float64 pictures taken a second, by the file's metadata; null: none stated",
        "capture_tag string what says so: com.android.capture.fps, captureFps (Sony), VFPS (GoPro); null: nothing",
        "uploaded_at string when the file was last written, ISO 8601 in UTC",
    ),
)


SIDECAR = Table(
    "sidecar",
    "what the uploader said about a film",
    columns(
        "sidecar_uri string address of the sidecar file; null: there is none",
        "fingerprint string! hash of the values below; it changes when one of them does",
        "title string title of the film; null: not given",
        "sport string sport; null: not given",
        "mode string what the player does: a mode of the sport; null: not given",
        "camera_view string view of the camera, such as side; null: not given",
        "camera_motion string motion of the camera, such as fixed; null: not given",
        "trim_start_s float64 start of the part to analyse, seconds; null: the film's start",
        "trim_end_s float64 end of the part to analyse, seconds; null: the film's end",
        "capture_fps float64 pictures a second as the camera took them; null: not given",
        "sample_rate_hz float64 poses per second; null: every frame",
        "owner string owner of the film, such as an e-mail address; null: not given",
        "notes string free text; null: not given",
        "player string name of the player who is measured; null: unknown player",
        "player_number string shirt number of the player who is measured; null: not given",
        "content string! the whole sidecar as JSON, without defaults",
    ),
)


ANALYSIS_SCOPE = Table(
    "analysis_scope",
    "a film, with what its sidecar says of which pictures are analysed",
    columns(
        "sidecar_uri string the sidecar; null: the film has none",
        "content string! the sidecar's values that decide which part of the film is analysed and how fast it runs, as "
        "JSON; of a faulty sidecar those it had before, or that can be read",
    ),
)


CAPTURE_RATE = Table(
    "capture_rate",
    "a film, with the rate at which it was taken",
    columns(
        "capture_fps float64 pictures a second as the camera took them; null: nobody says, the file's times are real",
        "told_by string sidecar, or the metadata that says so; null: nobody says",
    ),
)


FRAMES = Table(
    "frames",
    "a frame that decodes",
    columns(
        *FRAME,
        "shown_s float64! where the picture is in the file, seconds: differs from time_s in slow motion and around "
        "repeated pictures",
        "source_pts int64 presentation time stamp in the source's time base; null: the source gives none",
        "keyframe bool! whether decoding of the proxy can start here",
        "shot int32! number of the shot, from 0; a cut begins the next one",
        "sharpness float32! variance of the Laplacian of the luma at a width of 320 px, levels squared; more is "
        "sharper",
        "luma float32! mean luma, 0 (black) to 255 (white)",
        "repeats_previous bool! whether the picture is that of the frame before, shown once more; time_s then lies "
        "between those of its neighbours and is no moment of its own",
    ),
)


_LOOKED_AT = columns(
    "first_frame int32! first frame that is looked at",
    "last_frame int32! last frame that is looked at",
    "stride int32! frames from one that is looked at to the next",
)

ANALYSIS_WINDOW = Table(
    "analysis_window",
    "an analysis of a film, with the frames that it looks at",
    (
        *columns(
            "analysis string! ball or pose",
            "wanted bool! whether it is done: the sidecar asks for it or does not say",
        ),
        *_LOOKED_AT,
    ),
)

EVERYBODY_WINDOW = Table(
    "everybody_window",
    "the analysis of all people's poses, with the frames that it looks at",
    (
        *columns(
            "analysis string! pose",
            "wanted bool! whether it is done: the sidecar asks for poses, and for no player among many",
        ),
        *_LOOKED_AT,
    ),
)
