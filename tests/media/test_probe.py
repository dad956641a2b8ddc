"""What an upload is; and every kind of file that is no film is refused with its name, the reason and a remedy."""

import hashlib
import os
import struct
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from gametape.base.errors import BadInput
from gametape.media.container import check_bytes, check_length
from gametape.media.ingest import ingest
from gametape.media.probe import SourceFacts, probe
from gametape.tables.film import SOURCE_VIDEO
from tests.film_maker import make_film


def test_the_facts_are_the_columns_of_the_table():
    told_elsewhere = {"source_uri", "file_name", "uploaded_at"}
    assert set(SourceFacts.__dataclass_fields__) == set(SOURCE_VIDEO.names) - told_elsewhere


def test_facts_of_a_plain_film(tmp_path):
    path = make_film(tmp_path / "film.mp4", frames=45, audio="aac")
    assert probe(path) == SourceFacts(
        bytes=path.stat().st_size,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        container="mov,mp4,m4a,3gp,3g2,mj2",
        video_codec="h264",
        audio_codec="aac",
        width=320,
        height=180,
        rotation=0,
        pixel_aspect=1.0,
        bit_depth=8,
        interlaced=False,
        hdr=False,
        nominal_fps=30.0,
        claimed_frames=45,
        claimed_duration_s=1.5,
        tagged_capture_fps=None,
        capture_tag=None,
    )


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"turn": 90, "size": (320, 180)}, {"rotation": 90, "width": 180, "height": 320}),
        ({"turn": 270}, {"rotation": 270}),
        ({"turn": 180}, {"rotation": 180, "width": 320}),
        ({"pixel_aspect": Fraction(8, 9), "size": (720, 480)}, {"pixel_aspect": 8 / 9, "width": 640, "height": 480}),
        ({"interlaced": True, "size": (352, 288)}, {"interlaced": True}),
        ({"pix_fmt": "yuv420p10le"}, {"bit_depth": 10, "hdr": False}),
        (
            {"codec": "libx265", "pix_fmt": "yuv420p10le", "colour": {"color_trc": 16, "color_primaries": 9}},
            {"hdr": True, "bit_depth": 10, "video_codec": "hevc"},
        ),
        ({"codec": "mpeg4"}, {"video_codec": "mpeg4", "audio_codec": None}),
    ],
)
def test_facts_of_special_films(tmp_path, how, expected):
    facts = probe(make_film(tmp_path / "film.mov", frames=3, **how))
    assert {key: getattr(facts, key) for key in expected} == expected


def test_the_bytes_tell_the_container_not_the_name(tmp_path):
    path = make_film(tmp_path / "film.mkv", frames=3)
    assert probe(path.rename(tmp_path / "holiday.mp4")).container == "matroska,webm"


def _empty(folder: Path) -> Path:
    (folder / "x").touch()
    return folder / "x"


def _text(folder: Path) -> Path:
    (folder / "x").write_text("Dear coach,\nthe film is in the other mail. Größe!\n" * 100)
    return folder / "x"


def _no_moov(folder: Path) -> Path:
    whole = make_film(folder / "whole.mp4", size=(320, 180)).read_bytes()
    (folder / "x").write_bytes(whole[: whole.index(b"moov") - 8])
    return folder / "x"


def _sound(folder: Path) -> Path:
    with av.open(str(folder / "x.mp4"), "w") as film:
        stream = film.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 48_000
        film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return folder / "x.mp4"


def _photo(folder: Path) -> Path:
    make_film(folder / "x.jpg", frames=1, codec="mjpeg", format="image2")
    return folder / "x.jpg"


def _noise(folder: Path) -> Path:
    (folder / "x").write_bytes(np.random.default_rng(1).bytes(100_000))
    return folder / "x"


def _folder(folder: Path) -> Path:
    (folder / "x").mkdir()
    return folder / "x"


def _dangling(folder: Path) -> Path:
    (folder / "x").symlink_to(folder / "gone.mp4")
    return folder / "x"


def _gone(folder: Path) -> Path:
    return folder / "x"


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "x")
    return folder / "x"


def _playlist(folder: Path) -> Path:
    make_film(folder / "secret.ts", frames=3)
    (folder / "x").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.ts\n#EXT-X-ENDLIST\n")
    return folder / "x"


def _huge_gif(folder: Path) -> Path:
    raw = bytearray(make_film(folder / "x.gif", codec="gif", pix_fmt="rgb8", frames=3, size=(64, 36)).read_bytes())
    raw[6:10] = struct.pack("<HH", 16_384, 16_384)
    (folder / "x.gif").write_bytes(raw)
    return folder / "x.gif"


def _long(folder: Path) -> Path:
    return make_film(folder / "x.avi", codec="mjpeg", frames=1, size=(16_384, 16))


def _wide(folder: Path) -> Path:
    return make_film(folder / "x.mp4", codec="mpeg4", frames=1, size=(8_190, 64), pixel_aspect=Fraction(4, 3))


def _undecodable(folder: Path) -> Path:
    raw = bytearray(make_film(folder / "x.mp4", codec="libx265", container={"movflags": "faststart"}).read_bytes())
    start = raw.rindex(b"mdat") + 4
    raw[start:] = bytes(len(raw) - start)
    (folder / "x.mp4").write_bytes(raw)
    return folder / "x.mp4"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_empty, "empty"),
        (_text, "is text"),
        (_no_moov, "moov"),
        (_sound, "sound but no picture"),
        (_photo, "is a picture"),
        (_noise, "not a film"),
        (_folder, "is a folder"),
        (_dangling, "link to a file that does not exist"),
        (_gone, "does not exist"),
        (_pipe, "not a regular file"),
        (_playlist, "is text"),
        (_huge_gif, "above the limit"),
        (_long, "16384x16"),
        (_wide, "above the limit"),
        (_undecodable, "no picture of it decodes"),
    ],
    ids=lambda v: v.__name__ if callable(v) else "",
)
@pytest.mark.parametrize("entry", ["probe", "ingest"])
def test_no_film_is_refused_with_name_reason_and_remedy(tmp_path, make, reason, entry):
    path = make(tmp_path)
    started = time.process_time()  # other work on the machine makes it no slower
    with pytest.raises(BadInput) as error:
        probe(path, "Cup final.mp4") if entry == "probe" else ingest(path, tmp_path / "out", name="Cup final.mp4")
    assert time.process_time() - started < 5
    assert error.value.subject == "Cup final.mp4"
    assert reason in error.value.reason
    assert len(error.value.remedy) > 10
    assert str(tmp_path) not in str(error.value)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_a_file_at_the_limits_is_taken_and_one_above_refused():
    check_bytes(10**9, 1e9, "f.mp4")
    check_length(3600, 3600, "f.mp4")
    with pytest.raises(BadInput, match=r"^f.mp4: has 2.0 GB, above the limit of 1.0 GB.*GAMETAPE_MAX_FILM_BYTES"):
        check_bytes(2 * 10**9, 1e9, "f.mp4")
    with pytest.raises(BadInput, match=r"^f.mp4: lasts 1.0 h or more, above the limit of 1 h.*GAMETAPE_MAX_FILM_HOURS"):
        check_length(3601, 3600, "f.mp4")


def test_without_a_name_the_message_has_the_files_own(tmp_path):
    with pytest.raises(BadInput, match=r"^x: "):
        probe(_empty(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_read_permission_is_refused(tmp_path):
    path = make_film(tmp_path / "film.mp4", frames=2)
    path.chmod(0)
    with pytest.raises(BadInput, match="permission"):
        probe(path)


@pytest.mark.parametrize("name", ["concat:a.mp4", "héllo wörld 🏏.mp4", "-i.mp4", "100%d.mp4", "a\\b'c\".mp4"])
def test_strange_names_are_only_names(tmp_path, name, monkeypatch):
    make_film(tmp_path / "plain.mp4", frames=3).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert probe(Path(name)).width == 320
    assert ingest(Path(name), Path("out:dir")).frames.num_rows == 3


def test_the_largest_stream_is_the_film_and_cover_art_is_not(tmp_path):
    with av.open(str(tmp_path / "film.mkv"), "w") as film:
        small = film.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        large = film.add_stream("mpeg4", rate=30)
        for stream, size in ((small, (64, 48)), (large, (320, 240))):
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for stream in (small, large):
            for i in range(3):
                frame = av.VideoFrame(stream.width, stream.height, "yuv420p")
                frame.pts, frame.time_base = i, Fraction(1, 30)
                film.mux(stream.encode(frame))
            film.mux(stream.encode(None))
    facts = probe(tmp_path / "film.mkv")
    assert (facts.width, facts.height, facts.video_codec) == (320, 240, "mpeg4")


def test_a_song_with_cover_art_has_no_picture(tmp_path):
    make_film(tmp_path / "cover.jpg", frames=1, codec="mjpeg", format="image2")
    with av.open(str(tmp_path / "song.mp4"), "w") as film, av.open(str(tmp_path / "cover.jpg")) as cover:
        sound = film.add_stream("aac", rate=48_000, layout="mono")
        art = film.add_stream_from_template(cover.streams.video[0], opaque=True)
        art.disposition = av.stream.Disposition.attached_pic
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 48_000
        film.mux(sound.encode(frame))
        film.mux(sound.encode(None))
        packet = next(cover.demux())
        packet.stream, packet.pts, packet.dts = art, 0, 0
        film.mux(packet)
    with pytest.raises(BadInput, match="no picture"):
        probe(tmp_path / "song.mp4")
