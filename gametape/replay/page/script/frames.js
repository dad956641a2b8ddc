// The game's frames, and where each thing was at a time.
import { bytesOf } from "./dom.js";
import { page } from "./page_data.js";
import { lastIndex } from "./search.js";
import { MISSING, NO_BOOST, unpack } from "./unpack.js";

/**
 * @typedef {import("./types").Frames} Frames
 * @typedef {import("./types").Place} Place
 * @typedef {import("./types").Track} Track
 */

/** Two places further apart than this are not joined: a car was put somewhere else, uu. */
const JUMP = 500;
const TURN = 256;
/** The frames are there once `loadFrames` is done. @type {{frames: Frames | null}} */
export const game = { frames: null };

/** @returns {Promise<string>} why there are no frames; empty where there are */
export async function loadFrames() {
  if (!page.frames) return "";
  if (!window.DecompressionStream) return "old";
  try {
    const stream = new Blob([bytesOf(page.frames.data)]).stream().pipeThrough(new DecompressionStream("deflate"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    game.frames = unpack(page.frames.count, bytes, page.players.length);
    return "";
  } catch {
    return "damaged";
  }
}

/** @param {number} time @returns {number} the frame on show at a time; -1 before the first */
export function frameAt(time) {
  const times = game.frames?.times;
  if (!times?.length || time < times[0] - 1e-3) return -1;
  return lastIndex(0, times.length - 1, (i) => times[i] <= time + 1e-4);
}

/** @param {Track} track @param {number} i */
function known(track, i) {
  return i >= 0 && i < track.x.length && track.x[i] !== MISSING;
}

/**
 * May the frames i and i + 1 of a thing be joined by a line?
 * @param {Track} track
 * @param {number} i
 */
export function joined(track, i) {
  const frames = game.frames;
  if (!frames || !page.frames || !known(track, i) || !known(track, i + 1)) return false;
  const step = Math.hypot(track.x[i + 1] - track.x[i], track.y[i + 1] - track.y[i], track.z[i + 1] - track.z[i]);
  const seconds = frames.times[i + 1] - frames.times[i];
  const most = Math.max(track.speed[i], track.speed[i + 1], 0) * seconds;
  return seconds <= page.frames.gap && step < JUMP + most;
}

/**
 * A thing at a time: between two frames on the way from the one to the other.
 * @param {Track} track
 * @param {number} time
 * @returns {Place | null}
 */
export function placeAt(track, time) {
  const i = frameAt(time), frames = game.frames;
  if (!frames || !page.frames || !known(track, i)) return null;
  const next = joined(track, i), gap = next ? frames.times[i + 1] - frames.times[i] : 1;
  if (!next && time - frames.times[i] > page.frames.gap) return null;
  const share = next ? Math.min(Math.max((time - frames.times[i]) / gap, 0), 1) : 0;
  /** @param {Int16Array} values */
  const between = (values) => values[i] + (next ? share * (values[i + 1] - values[i]) : 0);
  const speed = track.speed[i] === MISSING || (next && track.speed[i + 1] === MISSING) ? null : between(track.speed);
  const boost = track.boost.length && track.boost[i] !== NO_BOOST ? track.boost[i] : null;
  return { x: between(track.x), y: between(track.y), z: between(track.z), speed, yaw: yawAt(track, i, next, share), boost };
}

/** @param {Track} track @param {number} i @param {boolean} next @param {number} share */
function yawAt(track, i, next, share) {
  if (!track.yaw.length) return 0;
  let turn = next ? track.yaw[i + 1] - track.yaw[i] : 0;   // the shorter way round
  if (turn > TURN / 2) turn -= TURN;
  if (turn < -TURN / 2) turn += TURN;
  return ((track.yaw[i] + share * turn) / TURN) * 2 * Math.PI;
}
