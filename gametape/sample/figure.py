"""The player's figure: body, clothes and racket as lofts around the bones, at rest.

Belongs here: shapes and colours. Does not belong here: how lofts become a mesh (mesh.py), posing (skeleton.py).
"""

from functools import cache

import numpy as np

from gametape.sample.colour import mix, smooth_step
from gametape.sample.mesh import Mesh, MeshBuilder
from gametape.sample.skeleton import (
    ANKLE_HEIGHT,
    FOREARM,
    HEIGHT_M,
    RACKET_LENGTH,
    REST,
    SHANK,
    SIDES,
    THIGH,
    UPPER_ARM,
)

# Colours in linear light, 0..1.
SKIN = np.array([0.56, 0.33, 0.225])
LIPS = np.array([0.42, 0.17, 0.13])
HAIR = np.array([0.075, 0.042, 0.022])
SHIRT = np.array([0.56, 0.035, 0.035])
TRIM = np.array([0.74, 0.73, 0.71])
SHORTS = np.array([0.030, 0.036, 0.070])
SHOE = np.array([0.68, 0.68, 0.70])
SOLE = np.array([0.56, 0.06, 0.05])
RACKET = np.array([0.07, 0.07, 0.08])
STRINGS = np.array([0.85, 0.85, 0.75])


@cache
def player() -> Mesh:
    """The tennis player's mesh at rest."""
    build = MeshBuilder()
    _torso(build)
    _head(build)
    for side, sign in SIDES:
        _arm(build, side, sign)
        _leg(build, side, sign)
    _racket(build)
    return build.mesh()


def _torso(build: MeshBuilder) -> None:
    h = HEIGHT_M

    def follows_chest(points: np.ndarray) -> np.ndarray:
        return smooth_step(points[:, 2], 0.55 * h, 0.68 * h)

    def shirt(points: np.ndarray) -> np.ndarray:
        z = points[:, 2]
        side = np.abs(points[:, 1]) / 0.165
        panel = smooth_step(side, 0.80, 0.86) * (1 - smooth_step(z, 0.76 * h, 0.79 * h))
        colour = mix(SHIRT, TRIM, panel)
        band = smooth_step(z, 0.715 * h, 0.718 * h) * (1 - smooth_step(z, 0.733 * h, 0.736 * h))
        return mix(colour, TRIM, band * (1 - panel))

    # Columns: z, then centre and half-size in x (front to back) and y (side to side).
    build.loft(
        [
            [0.455 * h, -.010, .030, 0, .060], [0.475 * h, -.012, .090, 0, .125], [0.520 * h, -.018, .122, 0, .172],
            [0.560 * h, -.010, .118, 0, .170], [0.600 * h, .002, .106, 0, .152], [0.615 * h, .002, .100, 0, .148],
        ],
        SHORTS, ("pelvis", "chest"), follows_chest, around=44, power=2.3, folds=.005,
    )  # fmt: skip
    build.loft(
        [
            [0.545 * h, -.008, .130, 0, .183], [0.570 * h, -.004, .124, 0, .174], [0.610 * h, .003, .113, 0, .158],
            [0.650 * h, .006, .114, 0, .158], [0.700 * h, .006, .122, 0, .170], [0.745 * h, .004, .126, 0, .183],
            [0.785 * h, -.004, .112, 0, .190], [0.812 * h, -.012, .092, 0, .182], [0.832 * h, -.016, .076, 0, .140],
            [0.848 * h, -.014, .066, 0, .086], [0.856 * h, -.010, .062, 0, .066],
        ],
        shirt, ("pelvis", "chest"), follows_chest, around=60, power=2.25, folds=.007,
    )  # fmt: skip
    build.loft(
        [[0.850 * h, -.010, .064, 0, .066], [0.857 * h, -.008, .066, 0, .066], [0.864 * h, -.006, .062, 0, .061]],
        TRIM, ("chest", "head"), 0.2, around=32, every=0.006,
    )  # fmt: skip
    build.loft(
        [[0.825 * h, -.014, .062, 0, .064], [0.860 * h, -.006, .056, 0, .056], [0.895 * h, .006, .056, 0, .053]],
        SKIN * 0.97, ("chest", "head"), lambda p: smooth_step(p[:, 2], 0.83 * h, 0.89 * h), around=28,
    )  # fmt: skip


def _head(build: MeshBuilder) -> None:
    h = HEIGHT_M
    eye = 0.936 * h

    def face(points: np.ndarray) -> np.ndarray:
        """Pull nose, brow and chin out of an egg."""
        x, y, z = points.T
        front = smooth_step(x, 0.03, 0.08)

        def bump(at_y: float, at_z: float, wide: float, tall: float) -> np.ndarray:
            return np.exp(-(((np.abs(y) - at_y) / wide) ** 2) - ((z - at_z) / tall) ** 2)

        out = 0.026 * bump(0, eye - 0.038, 0.012, 0.013) + 0.013 * bump(0, eye - 0.016, 0.010, 0.020)
        out += 0.006 * bump(0.026, eye + 0.018, 0.022, 0.008) - 0.008 * bump(0.031, eye, 0.014, 0.010)
        out += 0.006 * bump(0, eye - 0.072, 0.020, 0.010) + 0.006 * bump(0, eye - 0.102, 0.018, 0.012)
        return np.stack([x + front * out, y, z], axis=1)

    def complexion(points: np.ndarray) -> np.ndarray:
        x, y, z = points.T
        front = smooth_step(x, 0.035, 0.06)

        def patch(at_y: float, at_z: float, wide: float, tall: float) -> np.ndarray:
            distance = ((np.abs(y) - at_y) / wide) ** 2 + ((z - at_z) / tall) ** 2
            return front * (1 - smooth_step(distance, 0.7, 1.3))

        colour = np.broadcast_to(SKIN, points.shape)
        colour = mix(colour, SKIN * [0.98, 0.82, 0.78], 0.6 * patch(0.042, eye - 0.042, 0.022, 0.020))
        colour = mix(colour, np.array([0.45, 0.28, 0.22]), 0.55 * patch(0.031, eye + 0.002, 0.019, 0.013))
        colour = mix(colour, np.array([0.86, 0.84, 0.82]), patch(0.031, eye, 0.014, 0.0065))
        colour = mix(colour, np.array([0.06, 0.04, 0.03]), patch(0.030, eye, 0.0065, 0.0070))
        colour = mix(colour, HAIR, 0.9 * patch(0.031, eye + 0.021, 0.020, 0.0050))
        colour = mix(colour, LIPS, patch(0.0, eye - 0.072, 0.024, 0.0075))
        colour = mix(colour, LIPS * 0.5, patch(0.0, eye - 0.072, 0.022, 0.0022))
        colour = mix(colour, np.array([0.35, 0.18, 0.14]), 0.8 * patch(0.008, eye - 0.047, 0.0045, 0.004))
        stubble = smooth_step(-z, -(eye - 0.060), -(eye - 0.080)) * smooth_step(x, 0.0, 0.03)
        return mix(colour, SKIN * 0.78, 0.45 * stubble)

    def cap(points: np.ndarray) -> np.ndarray:
        strands = 1 + 0.22 * np.sin(points[:, 1] * 260 + 25 * points[:, 0])
        return np.clip(HAIR * strands[:, None], 0, 1)

    build.loft(
        [
            [eye - .118, .036, .001, 0, .001], [eye - .113, .034, .044, 0, .034], [eye - .095, .022, .068, 0, .052],
            [eye - .065, .010, .082, 0, .063], [eye - .030, .004, .090, 0, .070], [eye + .005, .000, .094, 0, .073],
            [eye + .045, -.002, .096, 0, .074], [eye + .080, -.006, .084, 0, .064], [eye + .104, -.008, .056, 0, .042],
            [eye + .115, -.008, .001, 0, .001],
        ],
        complexion, ("head", "head"), 0, around=64, every=0.007, power=2.1, shape=face,
    )  # fmt: skip
    # Hair: a shell that leaves the face free.
    build.loft(
        [
            [eye - .062, -.050, .036, 0, .060], [eye - .040, -.046, .050, 0, .070], [eye - .010, -.042, .060, 0, .079],
            [eye + .030, -.034, .072, 0, .081], [eye + .052, -.012, .098, 0, .081], [eye + .080, -.006, .096, 0, .073],
            [eye + .108, -.008, .066, 0, .050], [eye + .123, -.010, .001, 0, .001],
        ],
        cap, ("head", "head"), 0, around=40, every=0.012,
    )  # fmt: skip
    for _, sign in SIDES:
        build.loft(
            [
                [eye - .046, -.004, .006, sign * .071, .006], [eye - .030, -.004, .014, sign * .076, .010],
                [eye - .008, -.008, .019, sign * .080, .011], [eye + .012, -.010, .008, sign * .079, .006],
            ],
            SKIN * [0.98, 0.88, 0.85], ("head", "head"), 0, around=14, every=0.008,
        )  # fmt: skip


def _arm(build: MeshBuilder, side: str, sign: float) -> None:
    _, y, top = REST[f"{side}_upper_arm"]
    elbow, wrist = top - UPPER_ARM, top - UPPER_ARM - FOREARM
    upper, lower, hand = f"{side}_upper_arm", f"{side}_forearm", f"{side}_hand"

    build.loft(
        [
            [top - .09, .005, .050, y, .044], [top - .15, .006, .050, y, .043],
            [top - .24, .003, .042, y, .038], [elbow + .03, -.002, .038, y, .036], [elbow, -.003, .038, y, .037],
            [elbow - .05, .004, .044, y, .041], [elbow - .10, .004, .041, y, .038],
            [elbow - .18, .001, .032, y, .030], [wrist + .03, 0, .025, y, .023], [wrist, 0, .026, y, .021],
            [wrist - .03, 0, .024, y, .018],
        ],
        SKIN, (upper, lower), lambda p: smooth_step(-p[:, 2], -(elbow + .045), -(elbow - .045)), around=22,
    )  # fmt: skip
    # Sleeve: over the shoulder's cap, a little wide at the hem.
    build.loft(
        [
            [top + .054, 0, .001, y - sign * .045, .001], [top + .050, 0, .040, y - sign * .036, .046],
            [top + .025, 0, .062, y - sign * .018, .062], [top - .03, .002, .069, y - sign * .006, .063],
            [top - .10, .004, .070, y, .062], [top - .185, .004, .072, y, .065], [top - .19, .004, .060, y, .054],
        ],
        lambda p: mix(SHIRT, TRIM, smooth_step(-p[:, 2], -(top - .155), -(top - .172))),
        ("chest", upper), lambda p: 0.45 + 0.55 * smooth_step(-p[:, 2], -(top + .05), -(top - .09)),
        around=32, folds=.005,
    )  # fmt: skip
    if side == "right":
        build.loft(
            [[wrist + .085, 0, .031, y, .029], [wrist + .08, 0, .034, y, .032], [wrist + .025, 0, .033, y, .030],
             [wrist + .02, 0, .027, y, .025]],
            TRIM, (lower, lower), 0, around=18, every=.01,
        )  # fmt: skip
        # A fist around the handle: the hand's y runs along it.
        build.loft(
            [
                [wrist, 0, .024, y, .020], [wrist - .03, .004, .034, y, .032], [wrist - .060, .006, .042, y, .042],
                [wrist - .085, .004, .042, y, .044], [wrist - .102, 0, .034, y, .038], [wrist - .108, 0, .001, y, .001],
            ],
            SKIN * [1, .94, .92], (hand, hand), 0, around=18, every=.009, power=2.8,
        )  # fmt: skip
    else:
        palm = [
            [wrist, 0, .025, y, .019], [wrist - .03, .003, .034, y, .018], [wrist - .075, .006, .041, y, .015],
            [wrist - .105, .004, .039, y, .013], [wrist - .11, .004, .020, y, .005],
        ]  # fmt: skip
        build.loft(palm, SKIN * [1, 0.94, 0.92], (hand, hand), 0, around=16, every=0.01, power=2.6)
        for finger, (across, length) in enumerate(((-0.027, 0.055), (-0.009, 0.072), (0.010, 0.078), (0.028, 0.070))):
            tip = wrist - 0.105 - length
            curl = -sign * 0.012
            build.loft(
                [
                    [wrist - .098, across + .004, .009, y, .010],
                    [tip + length / 2, across + .004, .009, y + curl * .5, .009],
                    [tip, across * .95 + .004, .007, y + curl, .007],
                    [tip - .006, across * .95 + .004, .002, y + curl, .002],
                ],
                SKIN * [1, .93 - .005 * finger, .91], (hand, hand), 0, around=8, every=.014,
            )  # fmt: skip
        build.loft(
            [
                [wrist - .015, .022, .011, y, .012], [wrist - .05, .045, .011, y - sign * .012, .011],
                [wrist - .085, .058, .009, y - sign * .018, .009], [wrist - .095, .060, .003, y - sign * .019, .003],
            ],
            SKIN * [1, .93, .91], (hand, hand), 0, around=8, every=.014,
        )  # fmt: skip


def _leg(build: MeshBuilder, side: str, sign: float) -> None:
    _, y, top = REST[f"{side}_thigh"]
    knee, ankle = top - THIGH, top - THIGH - SHANK
    thigh, shank, foot = f"{side}_thigh", f"{side}_shank", f"{side}_foot"
    out = sign * 0.012  # thighs lie outside the line from hip to knee

    build.loft(
        [
            [top - .06, .004, .088, y + out, .080], [top - .20, .010, .082, y + out, .076],
            [top - .32, .008, .070, y + out * .5, .066], [knee + .07, .004, .058, y, .056],
            [knee + .02, .004, .056, y, .053], [knee - .03, .002, .053, y, .050], [knee - .08, -.010, .056, y, .052],
            [knee - .15, -.016, .060, y + out * .5, .056], [knee - .25, -.010, .050, y, .045],
            [knee - .34, -.004, .037, y, .034], [ankle + .03, -.004, .036, y, .031],
            [ankle - .02, -.004, .036, y, .031],
        ],
        SKIN, (thigh, shank), lambda p: smooth_step(-p[:, 2], -(knee + .06), -(knee - .06)), around=26,
    )  # fmt: skip

    def stripe(points: np.ndarray) -> np.ndarray:
        outside = smooth_step(sign * (points[:, 1] - y), 0.06, 0.09)
        return mix(SHORTS, TRIM, outside * smooth_step(0.034 - np.abs(points[:, 0] - 0.004), 0, 0.018))

    # Leg of the shorts, from inside the pelvis to a wide hem above the knee.
    build.loft(
        [
            [top + .035, -.006, .040, y + out, .040], [top + .015, -.008, .092, y + out, .080],
            [top - .03, -.006, .116, y + out, .094], [top - .12, .004, .112, y + out, .096],
            [top - .24, .008, .106, y + out * 1.3, .095], [top - .262, .008, .104, y + out * 1.3, .094],
            [top - .266, .008, .085, y + out * 1.3, .075],
        ],
        stripe,
        (thigh, thigh), 0, around=44, folds=.005,
    )  # fmt: skip
    build.loft(
        [[ankle + .135, -.010, .041, y, .038], [ankle + .13, -.010, .044, y, .041], [ankle + .06, -.005, .042, y, .037],
         [ankle, -.004, .042, y, .036]],
        TRIM, (shank, foot), lambda p: smooth_step(-p[:, 2], -(ankle + .05), -(ankle - .01)), around=20,
    )  # fmt: skip
    # Shoe: a loft along x. Columns: x, centre and half-width (y), centre and half-height (z).
    sole = REST[foot][2] - ANKLE_HEIGHT

    def rises(points: np.ndarray) -> np.ndarray:
        return np.stack([points[:, 0], points[:, 1], np.maximum(points[:, 2], sole + 0.001)], axis=1)

    build.loft(
        [
            [-.073, y, .0005, sole + .045, .0005], [-.070, y, .028, sole + .040, .042],
            [-.040, y, .036, sole + .042, .056],
            [.005, y, .036, sole + .044, .060], [.050, y, .038, sole + .036, .050], [.100, y, .046, sole + .028, .038],
            [.150, y, .048, sole + .022, .029], [.185, y, .038, sole + .019, .024], [.203, y, .016, sole + .018, .014],
            [.205, y, .0005, sole + .018, .0005],
        ],
        lambda p: mix(mix(SHOE, SOLE, 1 - smooth_step(p[:, 2], sole + .006, sole + .014)), SHORTS,
                       smooth_step(-p[:, 0], .025, .050) * smooth_step(p[:, 2], sole + .02, sole + .035)),
        (foot, foot), 0, around=28, axis=0, power=2.5, every=.011, shape=rises,
    )  # fmt: skip


def _racket(build: MeshBuilder) -> None:
    x0, y0, z0 = REST["racket"]
    tip = RACKET_LENGTH - 0.105
    long, wide = 0.172, 0.128  # half-axes of the hoop, outside
    middle = tip - long
    bone = ("racket", "racket")

    build.loft(
        [[z0 - .105, x0, .012, y0, .012], [z0 - .10, x0, .018, y0, .019], [z0 + .09, x0, .016, y0, .017],
         [z0 + .10, x0, .011, y0, .012], [z0 + .17, x0, .011, y0, .012]],
        lambda p: mix(TRIM, RACKET, smooth_step(p[:, 2], z0 + .088, z0 + .092)), bone, 0, around=12,
    )  # fmt: skip
    for sign in (-1.0, 1.0):
        build.loft(
            [[z0 + .165, x0, .010, y0 + sign * .004, .008], [z0 + .23, x0, .010, y0 + sign * .040, .008],
             [z0 + .30, x0, .010, y0 + sign * .088, .008]],
            SHIRT * .9, bone, 0, around=10, every=.02,
        )  # fmt: skip

    def hoop(points: np.ndarray) -> np.ndarray:
        """Bend a tube that was lofted straight along z (0..1 is once around) into an ellipse."""
        turn = 2 * np.pi * points[:, 2]
        across, out = points[:, 0], points[:, 1]
        sideways, upwards = (wide - 0.008 + out) * np.sin(turn), (long - 0.008 + out) * np.cos(turn)
        return np.stack([x0 + across, y0 + sideways, z0 + middle - upwards], axis=1)

    build.loft(
        [[t, 0, .011, 0, .008] for t in np.linspace(0, 1, 9)],
        lambda p: mix(RACKET, SHIRT * .9, smooth_step(np.abs(p[:, 2] - z0 - middle), .09, .095)),
        bone, 0, around=9, every=1 / 40, shape=hoop,
    )  # fmt: skip
    # Strings: a flat lens, so that it has two sides.
    build.loft(
        [[x0 - .001, y0, .0005, z0 + middle, .0005], [x0 - .0005, y0, wide - .014, z0 + middle, long - .014],
         [x0 + .0005, y0, wide - .014, z0 + middle, long - .014], [x0 + .001, y0, .0005, z0 + middle, .0005]],
        STRINGS, bone, 0, around=28, axis=0, every=.04, sheer=True,
    )  # fmt: skip
