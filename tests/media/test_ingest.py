"""The single pass: one proxy frame for each frame that decodes, upright, at its true time, whatever the upload."""

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from gametape.base.errors import BadInput, Unavailable
from gametape.media.film import Film
from gametape.media.ingest import Ingested, ingest
from gametape.media.normalise import Normaliser
from gametape.media.shape import Shape, Turn
from gametape.tables.film import FRAMES
from tests.film_maker import CORNERS, corners, make_film, read_index

UPRIGHT = ["red", "green", "blue", "white"]


def film_of(result: Ingested, out: Path) -> Film:
    return Film.of(out / "film.mp4", result.frames, result.width, result.height)


def assert_each_row_is_its_picture(result: Ingested, out: Path, indices: list[int] | None = None) -> None:
    """The golden check: the index read back from picture i is that of the source's i-th frame that decodes."""
    seen = [read_index(frame.image) for frame in film_of(result, out).frames(pixel_format="gray")]
    assert seen == (indices if indices is not None else list(range(result.frames.num_rows)))


CODECS = [
    ("film.mp4", "libx264", {}),
    ("film.mkv", "libx264", {"options": {"preset": "veryfast", "bf": "3"}}),
    ("film.ts", "libx264", {}),
    ("film.flv", "libx264", {}),
    ("film.mp4", "libx264", {"pix_fmt": "yuv420p10le"}),
    ("film.mp4", "libx264", {"pix_fmt": "yuv444p"}),
    ("film.mp4", "libx265", {}),
    ("film.mp4", "libx265", {"pix_fmt": "yuv420p10le"}),
    ("film.webm", "libvpx-vp9", {}),
    ("film.mp4", "libsvtav1", {}),
    ("film.avi", "mpeg4", {}),
    ("film.mp4", "mpeg4", {"options": {"bf": "2"}}),
    ("film.mov", "prores_ks", {"pix_fmt": "yuv422p10le"}),
    ("film.avi", "mjpeg", {}),
    ("film.avi", "mpeg4", {"options": {"bf": "2"}}),
    ("film.avi", "libx264", {"options": {"preset": "veryfast", "bf": "3"}}),
    ("film.mp4", "libx264", {"container": {"movflags": "frag_keyframe+empty_moov"}}),
    ("film.wmv", "wmv2", {}),
    ("film.mxf", "mpeg2video", {"fps": 25}),
    ("film.mpg", "mpeg2video", {"fps": 25}),
    ("film.m2t", "mpeg2video", {"fps": 25}),
    ("film.divx", "mpeg4", {"format": "avi"}),
    ("film.gif", "gif", {"pix_fmt": "rgb8"}),
    ("film.mkv", "ffv1", {"pix_fmt": "bgr0"}),
]


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="there is no such policy on this system")
def test_making_a_film_leaves_this_process_as_patient_as_it_was(tmp_path):
    make_film(tmp_path / "film.mp4", codec="libsvtav1", frames=3)
    policies = {os.sched_getscheduler(int(thread.name)) for thread in Path("/proc/self/task").iterdir()}
    assert policies == {os.SCHED_OTHER}


@pytest.mark.parametrize(("file", "codec", "how"), CODECS, ids=lambda v: str(v) if not isinstance(v, str) else v)
def test_every_codec_comes_out_frame_for_frame_in_its_colours(tmp_path, file, codec, how):
    if codec not in av.codecs_available:
        pytest.skip(f"this build of PyAV has no {codec}")
    source = make_film(tmp_path / file, codec=codec, frames=12, **how)
    result = ingest(source, tmp_path / "out")
    assert result.frames.schema == FRAMES.schema()
    assert_each_row_is_its_picture(result, tmp_path / "out")
    image = film_of(result, tmp_path / "out").frame(5).image
    assert corners(image) == UPRIGHT
    assert (result.width, result.height, result.proxy_width, result.proxy_height) == (320, 180, 320, 180)
    rate = float(how.get("fps", 30))
    tolerance = 0.011 if file.endswith("gif") else 0.001  # GIF counts hundredths, Matroska milliseconds
    np.testing.assert_allclose(result.frames["time_s"], np.arange(12) / rate, atol=tolerance)
    assert result.missing == ()


@pytest.mark.parametrize("turn", [90, 180, 270, "mirror"])
def test_a_phone_film_is_made_upright(tmp_path, turn):
    source = make_film(tmp_path / "phone.mov", turn=turn, size=(320, 180), frames=5)
    result = ingest(source, tmp_path / "out")
    size = (180, 320) if turn in (90, 270) else (320, 180)
    assert (result.width, result.height) == (result.proxy_width, result.proxy_height) == size
    assert corners(film_of(result, tmp_path / "out").frame(2).image) == UPRIGHT
    assert_each_row_is_its_picture(result, tmp_path / "out")


def test_anamorphic_pixels_are_made_square(tmp_path):
    source = make_film(tmp_path / "dv.mp4", size=(320, 240), pixel_aspect=Fraction(4, 3), frames=3)
    result = ingest(source, tmp_path / "out")
    assert (result.width, result.height, result.proxy_width, result.proxy_height) == (427, 240, 426, 240)
    assert film_of(result, tmp_path / "out").frame(0).image.shape == (240, 426, 3)


@pytest.mark.parametrize(
    ("size", "proxy"), [((1920, 1080), (1280, 720)), ((642, 1082), (426, 720)), ((322, 182), (322, 182))]
)
def test_the_proxy_has_at_most_720_lines_and_is_never_larger(tmp_path, size, proxy):
    result = ingest(make_film(tmp_path / "film.mp4", size=size, frames=3), tmp_path / "out")
    assert (result.width, result.height) == size
    assert (result.proxy_width, result.proxy_height) == proxy
    assert_each_row_is_its_picture(result, tmp_path / "out")


def test_odd_sizes(tmp_path):
    source = make_film(tmp_path / "odd.mkv", codec="ffv1", pix_fmt="bgr0", size=(321, 181), frames=4)
    result = ingest(source, tmp_path / "out")
    assert (result.width, result.height, result.proxy_width, result.proxy_height) == (321, 181, 320, 180)
    assert_each_row_is_its_picture(result, tmp_path / "out")


@pytest.mark.parametrize("copied", [True, False])
def test_variable_frame_rate_keeps_true_times(tmp_path, copied):
    times = np.cumsum([0, 0.04, 0.04, 0.5, 0.01, 0.0333, 2.0, 0.02, 0.02, 0.1])
    how = {} if copied else {"codec": "libx265"}
    result = ingest(make_film(tmp_path / "vfr.mp4", times=times, frames=10, **how), tmp_path / "out")
    assert result.copied is copied
    np.testing.assert_allclose(result.frames["time_s"], times, atol=1e-4)
    assert_each_row_is_its_picture(result, tmp_path / "out")


def test_times_start_at_the_first_picture_and_sound_stays_beside_it(tmp_path):
    source = make_film(tmp_path / "late.ts", times=[5 + i / 30 for i in range(30)], audio="aac")
    result = ingest(source, tmp_path / "out")
    np.testing.assert_allclose(result.frames["time_s"], np.arange(30) / 30, atol=1e-3)


def test_an_interlaced_film_gives_one_frame_for_each_without_combs(tmp_path):
    def draw(index: int, width: int, height: int) -> np.ndarray:
        """Two fields half a step apart, as an interlaced camera sees a bar that moves."""
        image = np.full((height, width, 3), 40, np.uint8)
        for field in (0, 1):
            left = 20 + 16 * index + 8 * field
            image[field::2, left : left + 40] = 220
        return image

    source = make_film(tmp_path / "tv.mp4", size=(352, 288), interlaced=True, frames=12, draw=draw)
    result = ingest(source, tmp_path / "out")
    gray = np.stack([f.image for f in film_of(result, tmp_path / "out").frames(pixel_format="gray")]).astype(int)
    assert len(gray) == 12
    combs = np.abs(2 * gray[:, 1:-1] - gray[:, :-2] - gray[:, 2:])[2:-2, 40:-40].mean()
    raw = np.stack([draw(i, 352, 288)[:, :, 0] for i in range(12)]).astype(int)
    raw_combs = np.abs(2 * raw[:, 1:-1] - raw[:, :-2] - raw[:, 2:])[2:-2, 40:-40].mean()
    assert combs < raw_combs / 4


@pytest.mark.slow
@pytest.mark.parametrize("transfer", [16, 18], ids=["PQ", "HLG"])
def test_an_hdr_film_becomes_sdr_that_rises_with_the_light(tmp_path, transfer):
    def ramp(index: int, width: int, height: int) -> np.ndarray:
        return np.broadcast_to(np.linspace(0, 255, width).astype(np.uint8)[None, :, None], (height, width, 3))

    colour = {"color_range": 1, "colorspace": 9, "color_trc": transfer, "color_primaries": 9}
    # Without frames that refer to later ones: with them a film of two frames now and then gets packets that no file can hold.
    steady = {"x265-params": "log-level=error:frame-threads=1:bframes=0"}
    source = make_film(
        tmp_path / "hdr.mp4", codec="libx265", pix_fmt="yuv420p10le", colour=colour, draw=ramp, frames=2, options=steady
    )
    result = ingest(source, tmp_path / "out")
    luma = film_of(result, tmp_path / "out").frame(1, pixel_format="gray").image[90].astype(int)
    assert luma[2] <= 24 and luma[-3] >= 215
    assert (np.diff(luma[4:-4:8]) >= 0).all()
    rgb = film_of(result, tmp_path / "out").frame(1).image.astype(int)
    assert np.ptp(rgb[90, 20:-20], axis=1).max() < 12  # gray stays gray
    with av.open(str(tmp_path / "out/film.mp4")) as proxy:
        assert next(proxy.decode(video=0)).color_trc not in (16, 18)


def test_full_range_becomes_limited(tmp_path):
    source = make_film(tmp_path / "camera.avi", codec="mjpeg", pix_fmt="yuvj420p", frames=2)
    result = ingest(source, tmp_path / "out")
    film = film_of(result, tmp_path / "out")
    band = film.frame(0, pixel_format="gray").image[90]
    assert abs(int(band[16]) - (16 + 25 * 219 / 255)) < 5  # the index band of picture 0 is all 25 of 0..255
    assert abs(film.frame(0).image[90, 16].mean() - 25) < 6


@pytest.mark.parametrize("codec", ["aac", "libmp3lame", "pcm_s16le", None])
def test_sound_is_kept_as_aac(tmp_path, codec):
    source = make_film(tmp_path / "film.mov", audio=codec, frames=60)
    result = ingest(source, tmp_path / "out")
    assert result.warnings == ()
    with av.open(str(tmp_path / "out/film.mp4")) as film:
        if codec is None:
            assert not film.streams.audio
            return
        assert film.streams.audio[0].codec_context.name == "aac"
        samples = [f for f in film.decode(audio=0)]
    assert abs(sum(f.samples for f in samples) / 48_000 - 2) < 0.08
    loud = np.concatenate([f.to_ndarray()[0] for f in samples])
    assert 0.1 < np.sqrt((loud[4800:-4800] ** 2).mean()) < 0.2  # 0.2 x sine


def test_sound_and_picture_stay_together(tmp_path):
    """A click at the moment of a white picture is heard at that picture in the proxy."""
    path = tmp_path / "clap.mov"
    with av.open(str(path), "w") as film:
        video = film.add_stream(
            "libx265", rate=30, options={"preset": "ultrafast", "x265-params": "log-level=error:frame-threads=1"}
        )
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        sound = film.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for i in range(60):
            frame = av.VideoFrame.from_ndarray(np.full((180, 320, 3), 255 if i == 30 else 0, np.uint8), "rgb24")
            frame.pts, frame.time_base = i, Fraction(1, 30)
            film.mux(video.encode(frame))
            wave = np.zeros((1, 1600), np.int16)
            wave[0, :200] = 20_000 if i == 30 else 0
            heard = av.AudioFrame.from_ndarray(wave, "s16", "mono")
            heard.sample_rate, heard.pts, heard.time_base = 48_000, i * 1600, Fraction(1, 48_000)
            film.mux(sound.encode(heard))
        film.mux(video.encode(None))
    result = ingest(path, tmp_path / "out")
    assert result.frames["luma"].to_numpy().argmax() == 30
    with av.open(str(tmp_path / "out/film.mp4")) as film:
        peaks = [(np.abs(f.to_ndarray()).max(), f.time) for f in film.decode(audio=0)]
    assert abs(max(peaks)[1] - 1.0) < 0.03


def test_a_film_that_is_a_proxy_already_is_copied_bit_for_bit(tmp_path):
    source = make_film(tmp_path / "film.mp4", options={"preset": "veryfast", "bf": "3"}, frames=70, audio="aac")
    result = ingest(source, tmp_path / "out")
    assert result.copied
    with av.open(str(source)) as before, av.open(str(tmp_path / "out/film.mp4")) as after:
        pairs = zip(before.decode(video=0), after.decode(video=0), strict=True)
        assert all(np.array_equal(a.to_ndarray(), b.to_ndarray()) for a, b in pairs)
    assert_each_row_is_its_picture(result, tmp_path / "out")


@pytest.mark.parametrize(
    "how",
    [
        {"options": {"g": "400", "keyint_min": "400"}, "frames": 330, "size": (64, 36)},
        {"colour": {"color_range": 2}, "pix_fmt": "yuvj420p"},
        {"interlaced": True},
        {"pixel_aspect": Fraction(4, 3)},
        {"turn": 90},
        {"pix_fmt": "yuv422p"},
        {"size": (640, 740)},
    ],
    ids=["long GOP", "full range", "interlaced", "anamorphic", "turned", "4:2:2", "large"],
)
def test_what_is_not_quite_a_proxy_is_encoded(tmp_path, how):
    result = ingest(make_film(tmp_path / "film.mp4", **how), tmp_path / "out")
    assert not result.copied
    with av.open(str(tmp_path / "out/film.mp4")) as film:
        frame = next(film.decode(video=0))
    assert frame.format.name == "yuv420p" and frame.color_range == 1 and not frame.interlaced_frame


def test_keyframes_are_at_most_a_second_apart_and_told(tmp_path):
    result = ingest(make_film(tmp_path / "film.mkv", codec="ffv1", frames=100), tmp_path / "out")
    keyframes = np.flatnonzero(result.frames["keyframe"])
    assert keyframes[0] == 0 and np.diff(keyframes).max() <= 31
    with av.open(str(tmp_path / "out/film.mp4")) as film:
        stored = [i for i, p in enumerate(p for p in film.demux(video=0) if p.size) if p.is_keyframe]
    assert stored == keyframes.tolist()


def test_the_proxy_starts_playing_before_it_is_all_loaded(tmp_path):
    ingest(make_film(tmp_path / "film.mkv", codec="ffv1", frames=10), tmp_path / "out")
    raw = (tmp_path / "out/film.mp4").read_bytes()
    assert 0 < raw.index(b"moov") < raw.index(b"mdat")


def test_the_poster_is_small_and_shows_a_sharp_lit_picture(tmp_path):
    def draw(index: int, width: int, height: int) -> np.ndarray:
        if index != 7:
            return np.zeros((height, width, 3), np.uint8)
        return np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)

    ingest(make_film(tmp_path / "film.mp4", frames=12, size=(640, 360), draw=draw), tmp_path / "out")
    poster = tmp_path / "out/poster.jpg"
    assert poster.stat().st_size <= 15_000
    with av.open(str(poster)) as image:
        assert next(image.decode(video=0)).to_ndarray(format="gray").mean() > 60


def test_nothing_is_left_behind_when_it_fails(tmp_path):
    good = make_film(tmp_path / "good.mp4", codec="mpeg4")
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(good.read_bytes()[:200])
    with pytest.raises(BadInput, match=r"bad\.mp4"):
        ingest(bad, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


@pytest.mark.parametrize("claimed", [True, False], ids=["copied", "encoded"])
def test_a_film_longer_than_the_limit_is_refused_whatever_it_claims(tmp_path, claimed):
    path = make_film(tmp_path / "long.mkv", frames=45, codec="libx264" if claimed else "mpeg4")
    out = tmp_path / "out"
    ingest(path, out, longest_s=44.5 / 30)
    with pytest.raises(BadInput, match=r"long.mkv: lasts .* above the limit .*GAMETAPE_MAX_FILM_HOURS"):
        ingest(path, tmp_path / "none", longest_s=43.5 / 30)
    assert not any((tmp_path / "none").iterdir())


def test_progress_is_told(tmp_path):
    told = []
    ingest(make_film(tmp_path / "film.mp4", frames=120), tmp_path / "out", progress=lambda *p: told.append(p))
    assert told[-1] == (120, 120) and len(told) >= 3 and sorted(told) == told


@pytest.mark.parametrize("codec", ["libx264", "libx265", "ffv1"], ids=["copied", "encoded", "from RGB"])
@pytest.mark.parametrize("size", [(640, 360), (1280, 720)], ids=["BT.601", "BT.709"])
def test_colours_survive_though_the_film_does_not_say_its_matrix(tmp_path, size, codec):
    how = {"codec": codec, "pix_fmt": "bgr0" if codec == "ffv1" else None}
    result = ingest(make_film(tmp_path / "film.mkv", size=size, frames=2, **how), tmp_path / "out")
    assert result.copied is (codec == "libx264")
    image = film_of(result, tmp_path / "out").frame(1).image.astype(int)
    for (y, x), name in {(20, 20): "red", (20, -20): "green", (-20, 20): "blue", (-20, -20): "white"}.items():
        assert np.abs(image[y, x] - CORNERS[name]).max() <= 6, name


def test_an_out_folder_that_cannot_be_written_may_come_back(tmp_path):
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot be written"):
        ingest(make_film(tmp_path / "film.mp4", frames=3), tmp_path / "out")


@pytest.mark.parametrize(
    ("codec", "options", "copied"),
    [("libx264", {"bf": "3", "g": "30"}, True), ("libx264", {"bf": "3", "g": "400"}, False), ("mpeg4", {}, False)],
)
def test_a_first_look_reads_no_further_and_tells_nothing_as_missing(tmp_path, codec, options, copied):
    source = make_film(tmp_path / "film.mp4", codec=codec, frames=450, fps=30, options=options)
    result = ingest(source, tmp_path / "out", until_s=2.0)
    times = result.frames["time_s"].to_numpy()
    assert result.copied == copied and 2.0 <= times[-1] < 3.1 and result.missing == ()
    assert_each_row_is_its_picture(result, tmp_path / "out")
    whole = ingest(source, tmp_path / "whole")
    assert np.array_equal(times, whole.frames["time_s"].to_numpy()[: len(times)])


def test_a_first_look_at_a_short_film_is_the_whole_film(tmp_path):
    source = make_film(tmp_path / "film.mp4", codec="libx264", frames=12)
    assert ingest(source, tmp_path / "out", until_s=30).frames.num_rows == 12


@pytest.mark.parametrize(
    ("file", "codec", "options", "copied"),
    [
        ("film.mp4", "libx264", {"bf": "3", "g": "30"}, True),
        ("film.mkv", "libx264", {"bf": "0", "g": "30"}, True),
        ("film.mp4", "mpeg4", {"g": "30"}, False),
        ("film.avi", "mpeg4", {"g": "30", "bf": "2"}, False),
        ("film.ts", "libx264", {"g": "30"}, False),
        ("film.mp4", "libx264", {"g": "1000"}, False),
    ],
)
def test_a_first_look_in_the_middle_of_a_film_keeps_its_times(tmp_path, file, codec, options, copied):
    source = make_film(
        tmp_path / file, codec=codec, frames=450, fps=30, options=options, audio="aac" if file == "film.mp4" else None
    )
    whole = ingest(source, tmp_path / "whole").frames["time_s"].to_numpy()
    result = ingest(source, tmp_path / "out", from_s=8.5, until_s=10.0)
    times = result.frames["time_s"].to_numpy()
    first = int(np.searchsorted(whole, times[0] - 1e-6))
    assert times[0] <= 8.5 and 10.0 <= times[-1] < 11.1 and result.copied == copied
    assert np.allclose(times, whole[first : first + len(times)], atol=1e-4)
    assert_each_row_is_its_picture(result, tmp_path / "out", list(range(first, first + len(times))))
    if options["g"] == "30":
        assert first > 60, "the film is entered near the place"
    with av.open(str(tmp_path / "out" / "film.mp4")) as film:
        assert (film.start_time or 0) <= 0.1e6, "browsers would take the film to last no longer than what was read"
        assert abs(film.duration / 1e6 - times[-1]) < 0.2
    assert result.missing == () and (result.warnings == () or source.suffix == ".avi")  # its stamps are guessed


@pytest.mark.parametrize(
    ("second", "aspect", "box"),
    [
        ((180, 320), 1.0, (50, 90)),  # turned: as high as the first
        ((320, 180), 0.5, (80, 90)),  # narrow pixels
        ((640, 360), 1.0, (160, 90)),  # only larger: all of it
        ((320, 140), 1.0, (160, 70)),  # wider: bars above and below
    ],
)
def test_a_picture_whose_shape_changes_keeps_its_shape(second, aspect, box):
    """The first part is 320x180, the proxy 160x90: the second is fitted into it with black borders."""
    shape = Shape(320, 180, (320, 180), Turn(0, ()), 1.0, "yuv420p", 8, False, False, False, False, 1, 0)
    normaliser = Normaliser(shape, (160, 90))
    bright = [
        av.VideoFrame.from_ndarray(np.full((height, width, 3), 200, np.uint8), "rgb24").reformat(format="yuv420p")
        for width, height in ((320, 180), second)
    ]
    [first] = normaliser.push(bright[0])
    [later] = normaliser.push(bright[1], aspect)
    assert (later.to_ndarray(format="gray") > 100).all(axis=None) == (box == (160, 90))
    lit = later.to_ndarray(format="rgb24").mean(axis=2) > 100
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    assert (len(columns), len(rows)) == pytest.approx(box, abs=2)
    assert abs(columns[0] - (159 - columns[-1])) <= 2 and abs(rows[0] - (89 - rows[-1])) <= 2  # in the middle
    assert (first.width, first.height) == (later.width, later.height) == (160, 90)
    assert normaliser.reshaped == ([] if box == (160, 90) else [1])


def test_a_film_that_is_turned_midway_is_not_squeezed(shared, tmp_path):
    result = ingest(shared / "cases/turned_midway.mkv", tmp_path)
    assert "360 x 640, 640 x 360" in result.warnings[0] and np.flatnonzero(np.diff(result.frames["shot"])) == [29]
    picture = Film.of(tmp_path / "film.mp4", result.frames, result.width, result.height).frame(45).image
    rows = np.flatnonzero(picture.max(axis=(1, 2)) > 60)
    assert (rows[0], rows[-1]) == pytest.approx((219, 420), abs=4)
