// The presenter over the film: the box, where it was last, and what is known at this moment.
import { bytesOf, find } from "./dom.js";
import { EPSILON, page } from "./page_data.js";
import { lastIndex } from "./search.js";
import { now } from "./state.js";
import { MISSING_16 } from "./unpack.js";
import { say } from "./words.js";

/** So many samples are drawn of the way so far. */
const TRAIL = 100;
const QUALITY = ["measured", "interpolated", "lost"];
const INK = "#7cf29a", CASING = "rgba(0,0,0,.62)";

const track = page.presenter && unpacked(page.presenter);

/** @param {import("./types").PackedPresenter} packed */
function unpacked(packed) {
  /** @param {string} text */
  const pixels = (text) => new Int16Array(bytesOf(text).buffer);
  return {
    times: new Int32Array(bytesOf(packed.times).buffer),
    quality: bytesOf(packed.quality),
    presence: pixels(packed.presence),
    x: pixels(packed.x), y: pixels(packed.y),
    x1: pixels(packed.x1), y1: pixels(packed.y1), x2: pixels(packed.x2), y2: pixels(packed.y2),
    names: packed.names,
  };
}

/** @param {number} time @returns {number} the last sample at a time, -1 before the first */
function sampleAt(time) {
  return track ? lastIndex(-1, track.times.length - 1, (i) => track.times[i] / 1000 <= time + EPSILON + 0.0005) : -1;
}

/** @returns {string} who is there, and how that is known; nothing where nobody is */
export function presenterLabel() {
  const i = sampleAt(now.time);
  if (!track || i < 0) return "";
  const kind = QUALITY[track.quality[i]], who = track.names[String(track.presence[i])];
  return kind === "lost" || !who ? say("presenter_lost") : `${who} · ${say(`presenter_${kind}`)}`;
}

/**
 * Draw the way of the last samples, fading, and the box now; dashed where it lies between two measured ones.
 * @param {CanvasRenderingContext2D} g
 * @param {number} unit of a line
 * @param {(point: import("./types").Point) => [number, number]} place where a point of the picture is
 */
export function drawPresenter(g, unit, place) {
  const last = sampleAt(now.time);
  if (!track || last < 0) return;
  for (let i = Math.max(1, last - TRAIL + 1); i <= last; i++) {
    if (track.x[i] === MISSING_16 || track.x[i - 1] === MISSING_16) continue;
    if (track.presence[i] !== track.presence[i - 1]) continue;
    const fresh = 1 - (last - i) / TRAIL;
    for (const pass of [0, 1]) {
      g.globalAlpha = 0.15 + 0.75 * fresh;
      g.strokeStyle = pass ? INK : CASING;
      g.lineWidth = unit * (1 + 1.6 * fresh + (pass ? 0 : 1.6));
      g.beginPath();
      g.moveTo(...place({ x: track.x[i - 1], y: track.y[i - 1] }));
      g.lineTo(...place({ x: track.x[i], y: track.y[i] }));
      g.stroke();
    }
  }
  g.globalAlpha = 1;
  if (track.x1[last] === MISSING_16) return;
  const [left, top] = place({ x: track.x1[last], y: track.y1[last] });
  const [right, bottom] = place({ x: track.x2[last], y: track.y2[last] });
  g.setLineDash(track.quality[last] === 1 ? [unit * 4, unit * 5] : []);
  for (const pass of [0, 1]) {
    g.strokeStyle = pass ? INK : CASING;
    g.lineWidth = unit * (pass ? 2 : 4);
    g.strokeRect(left, top, right - left, bottom - top);
  }
  g.setLineDash([]);
}

/** Where the presenter is now, in figures. */
export function showPresenter() {
  const place = find("presenter-place"), quality = find("presenter-quality"), i = sampleAt(now.time);
  if (!track || !place || !quality) return;
  const there = i >= 0 && track.x[i] !== MISSING_16;
  place.textContent = there ? `${track.x[i]} · ${track.y[i]} px` : "–";
  quality.textContent = presenterLabel() || say("presenter_lost");
}
