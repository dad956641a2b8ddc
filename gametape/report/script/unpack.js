// The reader of overlay_data.py's arrays: differences from value to value, low bytes before high bytes.

/**
 * @typedef {import("./types").Chunk} Chunk
 * @typedef {import("./types").ChunkHeader} ChunkHeader
 * @typedef {import("./types").Run} Run
 */

/** columns.py's value for what is not known, of 16 and of 32 bits. */
export const MISSING_16 = -32768;
const MISSING_32 = -2147483648;

/**
 * @param {ChunkHeader} header
 * @param {Uint8Array} bytes inflated
 * @param {{first: number, keypoints: number, angles: number}} shape the chunk's first frame, and how many keypoints
 *   and angles a row has
 * @returns {Chunk} values stay integers; `inUnits` scales them
 */
export function unpack(header, bytes, shape) {
  let at = 0;
  /**
   * @template {Uint8Array | Int16Array | Int32Array} T
   * @param {{new (length: number): T, BYTES_PER_ELEMENT: number}} Type
   * @param {number} length
   */
  const take = (Type, length) => {
    const size = Type.BYTES_PER_ELEMENT, out = new Type(length);
    for (let byte = 0; byte < size; byte++) {
      for (let i = 0, p = at + byte * length; i < length; i++) out[i] |= bytes[p + i] << (8 * byte);
    }
    for (let i = 1; i < length; i++) out[i] += out[i - 1];
    at += size * length;
    return out;
  };
  /**
   * @template {Uint8Array | Int16Array | Int32Array} T
   * @param {{new (length: number): T, BYTES_PER_ELEMENT: number}} Type
   * @param {number} planes
   * @param {number} length
   */
  const many = (Type, planes, length) => Array.from({ length: planes }, () => take(Type, length));

  /** @param {number} start @returns {Float64Array} seconds */
  const clock = (start) => Float64Array.from(take(Int32Array, header.count), (micro) => start + micro / 1e6);

  const ball = {
    times: clock(header.start),
    shown: clock(header.shown),
    state: take(Uint8Array, header.count),
    x: take(Int16Array, header.count),
    y: take(Int16Array, header.count),
    speed: take(Int32Array, header.count),
  };
  const poses = {
    poseFrame: take(Int32Array, header.poses),
    poseTrack: take(Int32Array, header.poses),
    poseX: many(Int16Array, shape.keypoints, header.poses),
    poseY: many(Int16Array, shape.keypoints, header.poses),
    poseConfidence: many(Uint8Array, shape.keypoints, header.poses),
    poseFilled: take(Uint8Array, header.poses),
  };
  const angles = {
    angleFrame: take(Int32Array, header.angles),
    angleTrack: take(Int32Array, header.angles),
    angle: many(Int16Array, shape.angles, header.angles),
  };
  const runs = { poseRuns: runsOf(poses.poseTrack), angleRuns: runsOf(angles.angleTrack) };
  return { first: shape.first, count: header.count, ...ball, ...poses, ...angles, ...runs };
}

/**
 * The rows of each track; they lie by track, then by frame.
 * @param {Int32Array} tracks
 * @returns {Map<number, Run>}
 */
function runsOf(tracks) {
  /** @type {Map<number, Run>} */
  const found = new Map();
  tracks.forEach((track, row) => {
    const run = found.get(track);
    if (run) run[1] = row + 1;
    else found.set(track, [row, row + 1]);
  });
  return found;
}

/**
 * A value in its unit, null where there is none.
 * @param {Int16Array | Int32Array} values
 * @param {number} index
 * @param {number} steps to the unit
 */
export function inUnits(values, index, steps) {
  const value = values[index], missing = values instanceof Int16Array ? MISSING_16 : MISSING_32;
  return value === missing ? null : value / steps;
}
