"""The page's script: its modules joined, their types, and single modules run by themselves."""

from __future__ import annotations

import base64
import json
import re
import shutil
import zlib
from pathlib import Path

import numpy as np
import pytest

from gametape import report
from gametape.report.bundle import NotUnderstood, bundle
from gametape.report.content import report_content
from gametape.report.overlay_data import Overlay, Scales, read_chunk
from gametape.report.page_data import page_data
from gametape.report.words import words
from tests import typescript
from tests.report import made_film as made

SCRIPT = Path(report.__file__).parent / "script"


@pytest.fixture
def modules(tmp_path: Path):
    def write(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text)
        return tmp_path

    return write


@pytest.fixture(scope="module")
def run(chromium):
    """Run an expression in a browser: run("numbers", "niceStep(10, 4)") with what that module exports."""
    page = chromium.new_page()

    def evaluate(module: str, expression: str, argument: object = None, folder: Path = SCRIPT) -> object:
        exports = bundle(folder, f"{module}.js").strip()
        return page.evaluate(f"(given) => {{ const module = {exports}; return module.{expression}; }}", argument)

    yield evaluate
    page.close()


# -- joining ------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_modules_are_joined_each_with_a_scope_of_its_own(modules, run):
    folder = modules(
        low='// the lowest\nconst own = 1;\nexport function one() { return own; }\nexport const two = 2;\n',
        high='import { one } from "./low.js";\nconst own = 10;\nexport class Sum { total() { return one() + own; } }\n',
        main='import { Sum } from "./high.js";\nimport { one, two } from "./low.js";\n'
        "export const all = [new Sum().total(), one(), two];\n",
    )  # fmt: skip
    assert run("main", "all", folder=folder) == [11, 1, 2]


def test_a_module_that_two_import_is_there_once(modules):
    folder = modules(
        low="export const one = 1;\n",
        a='import { one } from "./low.js";\nexport const a = one;\n',
        b='import { one } from "./low.js";\nexport const b = one;\n',
        main='import { a } from "./a.js";\nimport { b } from "./b.js";\nexport const sum = a + b;\n',
    )
    script = bundle(folder, "main.js")
    assert script.count("const $low = ") == 1 and "import" not in script and "export" not in script


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('import * as all from "./low.js";\n', r"main.js: import \* as all"),
        ('import low from "./low.js";\n', "main.js: import low"),
        ('import { one as uno } from "./low.js";\n', "not exported by low.js"),
        ('import {\n  one,\n} from "./low.js";\n', "main.js: import {"),
        ('import { one } from "lodash";\n', "main.js: import { one }"),
        ('import "./low.js";\n', "main.js: import"),
        ('const low = import("./low.js");\n', r"main.js: import\("),
        ("const here = import.meta.url;\n", r"main.js: import\.meta"),
        ("export default 1;\n", "main.js: export default"),
        ("export let count = 1;\n", "main.js: export let"),
        ("export { one };\n", "main.js: export {"),
        ("export const { one } = two;\n", "main.js: export const {"),
        ('import { three } from "./low.js";\n', "imports three, not exported by low.js"),
        ('import { one } from "./gone.js";\n', "gone.js, which does not exist"),
        ('import { main } from "./main.js";\n', "main imports main: a circle"),
    ],
)
def test_what_is_not_understood_is_refused(modules, text: str, reason: str):
    folder = modules(low="export const one = 1;\n", main=text)
    with pytest.raises(NotUnderstood, match=reason):
        bundle(folder, "main.js")


def test_a_circle_of_three_is_refused_by_its_names(modules):
    folder = modules(
        a='import { b } from "./b.js";\nexport const a = b;\n',
        b='import { c } from "./c.js";\nexport const b = c;\n',
        c='import { a } from "./a.js";\nexport const c = a;\n',
    )
    with pytest.raises(NotUnderstood, match="a imports b imports c imports a"):
        bundle(folder, "a.js")


def test_every_module_is_part_of_the_page():
    joined = bundle(SCRIPT, "main.js")
    assert [file.stem for file in SCRIPT.glob("*.js") if f"const ${file.stem} = " not in joined] == []


# -- types --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def check_types():
    try:
        typescript.check(SCRIPT)
    except OSError as reason:
        pytest.skip(f"no TypeScript: {reason}")
    return typescript.check


def test_the_types_hold(check_types):
    assert check_types(SCRIPT) == ""


def test_a_wrong_type_would_be_found(check_types, tmp_path: Path):
    folder = shutil.copytree(SCRIPT, tmp_path / "script")
    search = folder / "search.js"
    search.write_text(search.read_text().replace("return low;", "return String(low);"))
    assert "search.js" in check_types(folder)


def test_the_declared_page_data_is_what_python_writes():
    """Names alone: that the values have their types the browser's tests show."""
    given = made.play_input(made.steady(60))
    overlay = Overlay(given.frames, given.ball, given.poses, given.angles, Scales.of(given.width, given.height))
    written = page_data(given, overlay, report_content(given, overlay))

    def declared(interface: str) -> set[str]:
        body = re.search(rf"interface {interface} {{\n(.*?)\n}}", (SCRIPT / "types.d.ts").read_text(), re.DOTALL)[1]
        return set(re.findall(r"^  (\w+): ", body, re.MULTILINE))

    assert declared("PageData") == set(written)
    assert declared("Court") == set(written["court"])
    assert declared("Evidence") == set(written["evidence"][0])
    assert declared("Series") == set(written["series"]) and declared("BallCurve") == set(written["series"]["speed"])
    assert declared("AngleCurves") == set(written["series"]["angles"][0])
    header = next(overlay.chunks())[2]
    assert declared("ChunkHeader") == set(json.loads(re.match(r"gametapeChunk\((.*),\n", header)[1]))


# -- single modules -----------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("seconds", [0, 0.999, 59.9996, 60, 83.5, 3599.99, 3600, 7384.2, -1])
def test_the_clock_is_the_one_of_the_printed_report(run, seconds: float):
    for language in ("en", "de"):
        say = words(language)
        for places in (0, 2):
            shown = run("numbers", "clockText(...given)", [seconds, places, say("number.decimal")])
            assert shown == say.clock(seconds, places)


@pytest.mark.browser
@pytest.mark.parametrize(("span", "step"), [(10, 5), (8, 2), (0.9, 0.5), (4, 1), (1999, 500), (2001, 1000)])
def test_an_axis_has_round_steps_and_no_more_than_four(run, span: float, step: float):
    assert run("numbers", "niceStep(given, 4)", span) == pytest.approx(step)


@pytest.mark.browser
@pytest.mark.parametrize(("limit", "index"), [(-1, 0), (0, 0), (3, 1), (4, 2), (99, 4)])
def test_the_last_that_holds_is_found(run, limit: int, index: int):
    assert run("search", "lastIndex(0, 4, (i) => [0, 2, 4, 6, 8][i] <= given)", limit) == index


@pytest.mark.browser
def test_a_chunk_is_unpacked_to_what_python_reads(run):
    times = made.uneven(90)
    given = made.make_input(times, ball=made.ball_table(times, gap_s=(1, 2)), stride=3)
    overlay = Overlay(given.frames, given.ball, given.poses, given.angles, Scales.of(given.width, given.height))
    (_, _, script), *_ = overlay.chunks()
    header, packed = re.fullmatch(r'gametapeChunk\((.*),\n"(.*)"\);\n', script).groups()
    data = {"keypoints": overlay.keypoints, "scales": {"pixel": overlay.scales.pixel, "speed": overlay.scales.speed}}
    truth = read_chunk(script, data)

    shape = {"first": 0, "keypoints": len(overlay.keypoints), "angles": len(truth["angle"])}
    argument = {"header": json.loads(header), "bytes": list(zlib.decompress(base64.b64decode(packed))), "shape": shape}
    chunk = run("unpack", "unpack(given.header, Uint8Array.from(given.bytes), given.shape)", argument)

    def numbers(values: dict | list, steps: float, missing: int | None = None) -> np.ndarray:
        found = np.array(list(values.values()) if isinstance(values, dict) else values, float)
        return np.where(found == missing, np.nan, found) / steps

    pixel, speed = overlay.scales.pixel, overlay.scales.speed
    assert numbers(chunk["times"], 1) == pytest.approx(truth["time_s"])
    np.testing.assert_array_equal(numbers(chunk["state"], 1), truth["state"])
    np.testing.assert_allclose(numbers(chunk["x"], pixel, -32768), truth["ball_x"])
    np.testing.assert_allclose(numbers(chunk["speed"], speed, -(2**31)), truth["speed"])
    for name, plane in (("left_wrist", chunk["poseX"]), ("right_ankle", chunk["poseX"])):
        k = overlay.keypoints.index(name)
        np.testing.assert_allclose(numbers(plane[k], pixel, -32768), truth["pose_x"][k])
    np.testing.assert_array_equal(numbers(chunk["poseTrack"], 1), truth["pose_track"])
    np.testing.assert_allclose(numbers(chunk["angle"][0], 10, -32768), truth["angle"][0])
    tracks = truth["pose_track"].astype(int)
    runs = run(
        "unpack",
        "unpack(given.header, Uint8Array.from(given.bytes), given.shape).poseRuns.entries().toArray()",
        argument,
    )
    assert runs == [
        [int(t), [int(np.argmax(tracks == t)), int(np.argmax(tracks == t) + (tracks == t).sum())]]
        for t in np.unique(tracks)
    ]
