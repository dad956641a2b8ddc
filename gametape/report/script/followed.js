// Players who are followed, over the film: a ring around each while he is in sight, with his name.
import { bytesOf } from "./dom.js";
import { EPSILON, page } from "./page_data.js";
import { lastIndex } from "./search.js";
import { now } from "./state.js";
import { MISSING_16 } from "./unpack.js";

/** A look stands for the pictures behind it for so long, s. */
const LOOK = 0.25;
const INK = "#ffe14d", CASING = "rgba(0,0,0,.62)";
/** A ring is so much wider and higher than the box. */
const WIDER = 1.4, HIGHER = 1.2;

const players = page.followed.map((packed) => {
  /** @param {string} text */
  const pixels = (text) => new Int16Array(bytesOf(text).buffer);
  return {
    who: packed.who, times: new Int32Array(bytesOf(packed.times).buffer),
    x1: pixels(packed.x1), y1: pixels(packed.y1), x2: pixels(packed.x2), y2: pixels(packed.y2),
  };
});

/**
 * Draw the rings.
 * @param {CanvasRenderingContext2D} g
 * @param {number} unit of a line
 * @param {(point: import("./types").Point) => [number, number]} place where a point of the picture is
 * @returns {{ who: string, x: number, y: number }[]} who is ringed, and the ring's top
 */
export function drawFollowed(g, unit, place) {
  const ringed = [];
  for (const one of players) {
    const i = lastIndex(-1, one.times.length - 1, (at) => one.times[at] / 1000 <= now.time + EPSILON + 0.0005);
    if (i < 0 || one.x1[i] === MISSING_16 || now.time - one.times[i] / 1000 > LOOK) continue;
    const [left, top] = place({ x: one.x1[i], y: one.y1[i] }), [right, bottom] = place({ x: one.x2[i], y: one.y2[i] });
    const x = (left + right) / 2, y = (top + bottom) / 2;
    const wide = Math.max(((right - left) / 2) * WIDER, 14 * unit), high = Math.max(((bottom - top) / 2) * HIGHER, 14 * unit);
    for (const pass of [0, 1]) {
      g.strokeStyle = pass ? INK : CASING;
      g.lineWidth = unit * (pass ? 2.5 : 5);
      g.beginPath();
      g.ellipse(x, y, wide, high, 0, 0, 7);
      g.stroke();
    }
    ringed.push({ who: one.who, x, y: y - high });
  }
  return ringed;
}
