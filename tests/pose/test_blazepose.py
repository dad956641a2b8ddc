"""MediaPipe on real pictures: people are found, small ones too, and it leaves no mess."""

import io
import json
import subprocess
import sys
import zipfile
from copy import copy
from pathlib import Path

import cv2
import numpy as np
import pytest

from gametape.base.errors import BadInput
from gametape.base.settings import Settings
from gametape.media.film import Film, Frame
from gametape.pose import draw_skeleton, estimate
from gametape.pose.blazepose import BlazePose
from gametape.pose.blazepose import follower as following
from gametape.pose.blazepose.estimator import _blocks
from gametape.pose.blazepose.follower import Follower, reconciled
from gametape.pose.blazepose.landmarker import FRAME_AGE_MS, Bundle, Landmarker
from gametape.pose.blazepose.windows import window
from gametape.pose.draw import MAX_BYTES
from gametape.pose.person import Person, other_side
from gametape.pose.tflite import output_count
from gametape.tables.pose import COCO_KEYPOINTS, KEYPOINTS
from tests.pose.bodies import box, standing
from tests.pose.conftest import ingested, poses_of


def test_a_serve_is_followed_and_agrees_with_another_estimator(shared: Path, serve: Film, chosen: Settings):
    table = poses_of(serve, chosen)
    assert table["frame"].to_pylist() == list(range(len(serve)))  # one person, found in every frame
    assert set(table["track"].to_pylist()) == {1}
    answers = json.loads((shared / "data/pose/serve/alphapose.json").read_text())
    reference = np.array([answer["keypoints"] for answer in answers]).reshape(-1, 17, 3)
    ours = np.stack(
        [
            np.column_stack([table[f"{name}_{a}"].to_numpy(zero_copy_only=False) for a in "xy"])
            for name in COCO_KEYPOINTS
        ],
        axis=1,
    )
    height = np.ptp(reference[:, :, 1], axis=1).mean()
    near = np.linalg.norm(ours - reference[:, :, :2], axis=2) < 0.1 * height
    assert near[reference[:, :, 2] > 0.5].mean() > 0.9


def test_players_in_a_wide_view_are_found_and_kept(shared: Path, chosen: Settings, tmp_path: Path):
    """In a broadcast a player is a fifth of the picture high or less: the landmarker alone sees nobody. The near
    player here runs past a head in the foreground, which the detector takes to in between.
    """
    film = ingested(shared / "data/tennis/video_input1.mp4", tmp_path)
    table = poses_of(film, chosen.model_copy(update={"pose_people": 4}), stop=40)
    top, bottom, track = (table[name].to_numpy() for name in ("y1", "y2", "track"))
    near = (top > 0.55 * film.height) & (bottom < 0.95 * film.height)
    assert len(set(table["frame"].to_numpy()[near])) >= 38
    assert len(set(track[near])) == 1
    assert ((bottom - top) < 0.3 * film.height).all()
    # Both players in nearly every frame; the line judges, who stand still, in turn.
    assert (np.bincount(track)[1:3] >= 38).all()
    assert ((np.bincount(track)[3:] >= 3) & (np.bincount(track)[3:] <= 15)).all()


def test_a_match_of_three_hours_does_not_fill_the_log(landmarker: Path, serve: Film, capfd: pytest.CaptureFixture):
    """The clock ran out after 9,000 looks, and a hundred warnings a frame followed."""
    looks = Landmarker(Bundle.of(landmarker), 1, video=True)
    looks._clock_ms += 3 * 3600 * 60 * FRAME_AGE_MS
    whole = (0, 0, serve.width, serve.height)
    people = [looks.look(frame.image, whole) for frame in serve.frames(0, 3)]
    looks.close()
    assert all(people) and "timestamp" not in capfd.readouterr().err


def test_no_thread_s_speed_changes_what_is_found(shared: Path, chosen: Settings, landmarker: Path, tmp_path: Path):
    """People are followed on threads; with only one of these there is an order, and it must not tell."""
    film = ingested(shared / "data/pose/two_people_1768x994_vp9.mp4", tmp_path)
    people = []
    for threads in (1, 5):
        estimator = BlazePose(landmarker, 4, threads=threads)
        try:
            people.append([found for _, found in estimator.people(film.frames(110, 150))])
        finally:
            estimator.close()
    for one, many in zip(*people, strict=True):
        assert len(one) == len(many)
        for a, b in zip(one, many, strict=True):
            np.testing.assert_array_equal(a.keypoints, b.keypoints)
    assert max(len(found) for found in people[0]) == 2


def test_a_mirrored_look_tells_of_the_picture_as_it_is(serve: Film, landmarker: Path):
    """Places turned round, left and right too: given a mirrored picture it says what a plain look says of the picture."""
    picture, bundle = serve.frame(20).image, Bundle.of(landmarker)
    whole = (0, 0, serve.width, serve.height)
    plain, mirrored = (Landmarker(bundle, 1, mirrored=way) for way in (False, True))
    [person] = plain.look(picture, whole)
    [turned] = mirrored.look(np.ascontiguousarray(picture[:, ::-1]), whole)
    plain.close()
    mirrored.close()
    other = [KEYPOINTS.index(other_side(name)) for name in KEYPOINTS]
    expected = person.keypoints[other] * (-1, 1, 1) + (serve.width, 0, 0)
    np.testing.assert_allclose(turned.keypoints, expected, atol=1e-3)


SOMEBODY = standing(640, 360)
HEIGHT = np.ptp(SOMEBODY[:, 1])


def person(joints: np.ndarray) -> Person:
    seen = joints[np.isfinite(joints).all(axis=1)]
    return Person(box(seen), np.column_stack([joints, np.ones(len(joints))]), 1.0)


class Landmarkers:
    """In the landmarkers' place: the mirrored one has joints elsewhere, by `off`. What they are asked is kept."""

    def __init__(self) -> None:
        self.off, self.nobody = np.zeros(2), False
        self.here = np.zeros(2)  # where the person is, from where it was first
        self.asked: list[tuple[str, bool]] = []  # look or forget, and is it the mirrored one?
        self.squares: list[tuple[int, ...]] = []

    def __call__(self, *_: object, video: bool, mirrored: bool) -> "Landmarkers":
        one = copy(self)  # with the same lists
        one.mirrored, one.all = mirrored, self
        return one

    def forget(self) -> None:
        self.asked.append(("forget", self.mirrored))

    def look(self, _: np.ndarray, square: tuple[int, ...]) -> list[Person]:
        self.asked.append(("look", self.mirrored))
        self.squares.append(square)
        return [] if self.all.nobody else [person(SOMEBODY + self.all.here + (self.all.off if self.mirrored else 0))]

    @property
    def looks(self) -> list[bool]:
        return [mirrored for what, mirrored in self.asked if what == "look"]


@pytest.fixture
def landmarkers(monkeypatch: pytest.MonkeyPatch) -> Landmarkers:
    told = Landmarkers()
    monkeypatch.setattr(following, "Landmarker", told)
    return told


@pytest.fixture
def follower(landmarkers: Landmarkers) -> Follower:
    """Took to somebody at 0 s."""
    one = Follower(Bundle(Path(), b""))
    one.take_on(person(SOMEBODY), 0.0)
    return one


def after(start: float, rate: float, frames: int) -> list[Frame]:
    picture = np.zeros((720, 1280, 3), np.uint8)
    return [Frame(i, start + i / rate, picture) for i in range(1, frames + 1)]


@pytest.mark.parametrize("rate", [45, 48, 50, 60000 / 1001, 60, 120])
def test_every_second_look_is_mirrored(follower: Follower, landmarkers: Landmarkers, rate: float):
    """From a block to the next too: where the two answers differ by as much all the time, two alike in a row leave a
    wave of five periods a second that no low-pass takes away. A block's last look is plain, so an odd one has two.
    """
    blocks = list(_blocks(after(0, rate, 240)))[:-1]
    assert all(all(follower.through(block)) for block in blocks)
    alike = np.flatnonzero(np.diff(landmarkers.looks) == 0)
    odd = np.cumsum([len(block) for block in blocks])[[len(block) % 2 == 1 for block in blocks]]
    assert alike.tolist() == (odd - 2).tolist() and len(odd) == (len(blocks) if rate == 45 else 0)


def test_no_look_is_mirrored_where_they_are_far_apart(follower: Follower, landmarkers: Landmarkers):
    """Each landmarker looks where somebody was when it last looked: at 30 frames a second that is too long ago."""
    assert all(follower.through(after(0, 30, 6)))
    assert landmarkers.looks == [False] * 6


def test_a_mirrored_look_does_not_say_where_to_look(follower: Follower, landmarkers: Landmarkers):
    landmarkers.off = np.array([0.06 * HEIGHT, 0])
    seen = follower.through(after(0, 60, 12))
    assert len(landmarkers.looks) == 12 and len(set(landmarkers.squares)) == 1
    np.testing.assert_array_equal(follower.person.keypoints[:, :2], SOMEBODY)
    assert all(np.array_equal(one.box, box(SOMEBODY)) for one in seen)


def test_a_mirrored_look_that_has_somebody_else_is_made_again(follower: Follower, landmarkers: Landmarkers):
    """Where two cross, each landmarker may take to another of them, for longer than a block."""
    landmarkers.off = np.array([0.1 * HEIGHT, 0])
    for block in _blocks(after(0, 60, 60)):
        assert all(np.array_equal(one.keypoints[:, :2], SOMEBODY) for one in follower.through(block))
    assert landmarkers.asked[-62:] == [("look", True), ("forget", True), *[("look", False)] * 60]
    landmarkers.off = np.zeros(2)
    follower.through(after(1, 60, 4))
    assert any(landmarkers.looks[-4:])


def test_after_a_look_that_has_nobody_none_is_mirrored(follower: Follower, landmarkers: Landmarkers):
    follower.through(after(0, 60, 12))
    landmarkers.nobody = True
    assert follower.through(after(0.2, 60, 1)) == [None]
    landmarkers.nobody = False
    assert all(follower.through(after(13 / 60, 60, 12)))
    assert landmarkers.looks[-12:] == [False] * 12


def test_who_is_taken_on_is_not_looked_for_where_another_was(follower: Follower, landmarkers: Landmarkers):
    follower.through(after(0, 60, 4))
    landmarkers.asked.clear()
    follower.take_on(person(SOMEBODY), 4 / 60)
    follower.through(after(4 / 60, 60, 4))
    assert set(landmarkers.asked[:2]) == {("forget", False), ("forget", True)}


def test_who_is_looked_at_once_a_block_moves_while_the_picture_changes(follower: Follower, landmarkers: Landmarkers):
    """Whoever is not among the foremost has one look a block: after 0.7 s it counted as standing, however it moved."""
    still, other = np.zeros((720, 1280, 3), np.uint8), np.full((720, 1280, 3), 200, np.uint8)

    def stands_after(seconds: float, last: np.ndarray) -> bool:
        follower.take_on(person(SOMEBODY), 0.0)
        for begin in np.arange(0.2, seconds, 0.2):
            follower.through([Frame(0, begin, still)], Frame(5, begin + 0.17, last))
        return follower.stands

    assert not stands_after(0.9, other)  # as was expected of a newcomer who moves
    assert stands_after(0.9, still)


@pytest.mark.parametrize(("jumps", "stands"), [(1, True), (6, False)])
def test_one_jump_is_no_motion(follower: Follower, landmarkers: Landmarkers, jumps: int, stands: bool):
    """A person mistaken once for another had the speed of the jump for seconds, and a place in every frame."""
    follower.take_on(person(SOMEBODY), 0.0, moves=False)
    bright = np.full((720, 1280, 3), 200, np.uint8)
    for block in range(1, 8):
        landmarkers.here = np.array([0, 0.3 * HEIGHT * (block <= jumps and block % 2)])
        follower.through([Frame(0, 0.2 * block, 0 * bright)], Frame(5, 0.2 * block + 0.17, bright))
    assert follower.stands == stands


def test_after_a_while_without_mirrored_looks_their_memory_is_no_help(follower: Follower, landmarkers: Landmarkers):
    follower.through(after(0, 60, 12))
    landmarkers.asked.clear()
    follower.through(after(0.2, 30, 6))
    assert ("forget", True) not in landmarkers.asked
    follower.through(after(0.4, 60, 2))
    assert landmarkers.asked[-3:] == [("forget", True), ("look", True), ("look", False)]


def test_a_mirrored_look_that_takes_left_for_right_is_not_believed():
    """It moves joints a little, never to the other side."""
    before, then = standing(640, 360), standing(644, 360)
    between, far = standing(642, 360), [KEYPOINTS.index(f"{side}_shoulder") for side in ("left", "right")]
    told = between + np.array([1.0, 2.0])
    told[far] = between[far[::-1]]
    joints = reconciled(person(before), person(told), person(then)).keypoints[:, :2]
    np.testing.assert_allclose(joints[far], between[far])
    near = np.setdiff1d(np.arange(len(KEYPOINTS)), far)
    np.testing.assert_allclose(joints[near], told[near])


def test_a_mirrored_look_may_be_with_the_look_before_it_or_the_one_after():
    """What is fast is halfway only halfway in time."""
    wrist = KEYPOINTS.index("left_wrist")
    before, then = SOMEBODY.copy(), SOMEBODY.copy()
    then[wrist, 0] += 0.2 * HEIGHT
    for told in (before, then):
        joints = reconciled(person(before), person(told), person(then)).keypoints[:, :2]
        np.testing.assert_array_equal(joints, told)


@pytest.mark.parametrize("first", [True, False])
def test_left_is_not_taken_for_right_where_one_look_lacks_the_joint(first: bool):
    """What lies between the two is then unknown too."""
    left, right = (KEYPOINTS.index(f"{side}_wrist") for side in ("left", "right"))
    told, lacking = SOMEBODY.copy(), SOMEBODY.copy()
    told[[left, right]] = SOMEBODY[[right, left]]
    lacking[left] = np.nan
    neighbours = [person(lacking), person(SOMEBODY)]
    before, then = neighbours if first else neighbours[::-1]
    joints = reconciled(before, person(told), then).keypoints[:, :2]
    assert np.isnan(joints[left]).all()
    np.testing.assert_array_equal(joints[right], SOMEBODY[right])


def test_where_joints_are_not_believed_the_box_is_not():
    """Linking goes by boxes."""
    told = SOMEBODY.copy()
    told[KEYPOINTS.index("left_wrist")] += (0.5 * HEIGHT, 0)
    before, then = person(standing(638, 360)), person(standing(642, 360))
    np.testing.assert_allclose(reconciled(before, person(told), then).box, box(SOMEBODY))


def test_pictures_without_people_give_nobody(chosen: Settings, landmarker: Path):
    noise = np.random.default_rng(3).integers(0, 255, (360, 640, 3), np.uint8)
    estimator = BlazePose(landmarker, 4)
    try:
        frames = [Frame(0, 0.0, np.zeros_like(noise)), Frame(1, 2.0, noise), Frame(2, 4.0, np.full_like(noise, 255))]
        assert [people for _, people in estimator.people(frames)] == [[], [], []]
    finally:
        estimator.close()


def test_the_same_frames_give_the_same_people_whatever_came_before(serve: Film, landmarker: Path):
    """A resumed run starts at a chunk's border; it must not depend on what the one that died had seen."""
    estimator = BlazePose(landmarker, 2)
    try:
        alone = [people for _, people in estimator.people(serve.frames(20, 32))]
        list(estimator.people(serve.frames(0, 10)))
        again = [people for _, people in estimator.people(serve.frames(20, 32))]
    finally:
        estimator.close()
    for before, after in zip(alone, again, strict=True):
        assert len(before) == len(after) == 1
        np.testing.assert_allclose(before[0].keypoints, after[0].keypoints, atol=0.05)


def test_joints_outside_the_picture_are_not_invented(serve: Film, landmarker: Path):
    """Of a body cut off at the waist the legs are unknown."""
    estimator = BlazePose(landmarker, 1)
    try:
        whole = next(iter(estimator.people([serve.frame(0)])))[1][0]
        waist = int(np.nanmean(whole.keypoints[11:13, 1]))
        frame = Frame(0, 0.0, np.ascontiguousarray(serve.frame(0).image[:waist]))
        cut = next(iter(estimator.people([frame])))[1][0]
    finally:
        estimator.close()
    assert np.isnan(cut.keypoints[15:17]).all()  # ankles
    assert np.isfinite(cut.keypoints[5:7]).all()  # shoulders
    assert cut.confidence < whole.confidence


def test_a_bundle_that_is_none_is_told(tmp_path: Path):
    (tmp_path / "pose.task").write_bytes(b"not a bundle")
    with pytest.raises(BadInput, match=r"pose\.task.*MediaPipe cannot load it"):
        BlazePose(tmp_path / "pose.task", 1)


def test_no_torch_and_no_noise_at_the_end(serve: Film, chosen: Settings):
    code = f"""
import sys
from pathlib import Path
import numpy as np
from gametape.media.film import Film
from gametape.pose import estimate
from gametape.base.settings import Settings
from gametape.pose.tflite import output_count
film = Film(Path({str(serve.path)!r}), np.array({serve.shown.tolist()}), {serve.width}, {serve.height})
table = estimate(film, stop=3, settings=Settings(pose_model={chosen.pose_model!r}, device="cpu"))
assert table.num_rows >= 3, table.num_rows
assert "torch" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_the_drawing_is_small_and_shows_the_skeleton(serve: Film, chosen: Settings):
    poses = estimate(serve, start=10, stop=11, settings=chosen)
    picture, bare = draw_skeleton(serve, poses), draw_skeleton(serve, poses.slice(0, 0))
    for jpeg in (picture, bare):
        assert jpeg[:3] == b"\xff\xd8\xff" and len(jpeg) <= MAX_BYTES
    drawn = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    plain = serve.frame(10, pixel_format="bgr24", size=(drawn.shape[1], drawn.shape[0])).image
    changed = np.abs(drawn.astype(int) - plain).max(axis=2) > 60
    x1, y1, x2, y2 = (poses[c][0].as_py() * drawn.shape[1] / serve.width for c in ("x1", "y1", "x2", "y2"))
    inside = changed[int(y1) : int(y2), int(x1) : int(x2)]
    assert inside.mean() > 0.02 > 20 * (changed.sum() - inside.sum()) / changed.size


def test_the_mask_that_nobody_reads_is_left_out_and_no_joint_changes(serve: Film, landmarker: Path):
    """A third of a look's time goes into a segmentation mask; without it the joints are the same to the last bit."""
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    bundle = Bundle.of(landmarker)
    with zipfile.ZipFile(landmarker) as whole, zipfile.ZipFile(io.BytesIO(bundle.content)) as trimmed:
        assert trimmed.namelist() == whole.namelist()
        model = whole.read("pose_landmarks_detector.tflite")
        assert output_count(trimmed.read("pose_landmarks_detector.tflite")) == output_count(model) == 5
    picture = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=serve.frame(20).image)
    answers = []
    for content in (landmarker.read_bytes(), bundle.content):
        options = vision.PoseLandmarkerOptions(base_options=BaseOptions(model_asset_buffer=content))
        with vision.PoseLandmarker.create_from_options(options) as made:
            answers.append([(p.x, p.y, p.visibility) for p in made.detect(picture).pose_landmarks[0]])
    assert answers[0] == answers[1]


def test_who_is_followed_keeps_the_place_in_the_window():
    """A window that jumps makes the landmarker forget, and the detector search again: two more looks each time."""
    box = np.array([300.0, 200, 380, 420])
    picture = np.zeros((720, 1280, 3), np.uint8)
    first = window(box, 385, picture)
    later = window(box + np.array([37, -12, 37, -12]), 385, picture)
    assert np.subtract(later, first).tolist() == [37, -12, 37, -12]
    edge = window(box - np.array([280, 0, 280, 0]), 385, picture)
    assert edge[0] == 0 and edge[2] == 385  # pushed in, not cut: its scale must stay
    assert window(box, 2000, picture) == (0, 0, 1280, 720)
