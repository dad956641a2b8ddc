// What is in a frame: the ball, the people, their angles, the shot; and the events of a time.
import { chunkOf, loaded } from "./chunks.js";
import { EPSILON, events, page } from "./page_data.js";
import { lastIndex } from "./search.js";
import { inUnits } from "./unpack.js";

/**
 * @typedef {import("./types").Ball} Ball
 * @typedef {import("./types").Chunk} Chunk
 * @typedef {import("./types").Keypoint} Keypoint
 * @typedef {import("./types").Person} Person
 */

/** Keypoints with less confidence are not drawn. */
const LEAST_CONFIDENCE = 0.3;
const ANGLE_STEPS = 10;

/**
 * The frame on show at a time, as an index into a chunk.
 * @param {Chunk} chunk
 * @param {number} time
 */
export function indexIn(chunk, time) {
  return lastIndex(0, chunk.count - 1, (i) => chunk.times[i] <= time + EPSILON);
}

/**
 * The frame shown at a place in the film's file, as an index into a chunk.
 * @param {Chunk} chunk
 * @param {number} place
 */
export function indexShown(chunk, place) {
  return lastIndex(0, chunk.count - 1, (i) => chunk.shown[i] <= place + EPSILON);
}

/**
 * @param {number} frame
 * @returns {Ball | null}
 */
export function ballAt(frame) {
  const chunk = loaded(chunkOf(frame));
  if (!chunk) return null;
  const i = frame - chunk.first;
  if (i < 0 || i >= chunk.count || !chunk.state[i]) return null;
  const x = inUnits(chunk.x, i, page.scales.pixel), y = inUnits(chunk.y, i, page.scales.pixel);
  if (x === null || y === null) return null;
  return { x, y, detected: chunk.state[i] === 2, speed: ballSpeed(chunk, i), time: chunk.times[i] };
}

/** @param {Chunk} chunk @param {number} index @returns {number | null} in the page's unit of speed */
export function ballSpeed(chunk, index) {
  return inUnits(chunk.speed, index, page.scales.speed);
}

/** @param {number} time @returns {number} the camera's shot at a time */
export function shotAt(time) {
  return lastIndex(0, page.shots.length - 1, (i) => page.shots[i][1] <= time + EPSILON);
}

/** @param {number} frame @returns {number} the camera's shot of a frame */
export function shotOf(frame) {
  return lastIndex(0, page.shots.length - 1, (i) => page.shots[i][0] <= frame);
}

/**
 * Everybody in a frame. Between two estimates, one stride apart at most, people are where a straight line puts them.
 * @param {number} frame
 * @returns {Person[]}
 */
export function peopleAt(frame) {
  const chunk = loaded(chunkOf(frame)), people = [];
  if (!chunk) return [];
  for (const [track, run] of chunk.poseRuns) {
    const row = lastIndex(run[0] - 1, run[1] - 1, (i) => chunk.poseFrame[i] <= frame);
    if (row < run[0]) continue;
    const seen = chunk.poseFrame[row], next = row + 1 < run[1] ? chunk.poseFrame[row + 1] : Infinity;
    const exact = seen === frame;
    if (!exact && (next - seen > page.stride || shotOf(seen) !== shotOf(next))) continue;
    const points = keypoints(chunk, row, exact ? 0 : (frame - seen) / (next - seen));
    const filled = Boolean(chunk.poseFilled[row] || (!exact && chunk.poseFilled[row + 1]));
    if (points.size) people.push({ track, points, exact, filled });
  }
  return people;
}

/**
 * The keypoints that are sure enough, `share` of the way from a row to the next.
 * @param {Chunk} chunk
 * @param {number} row
 * @param {number} share
 * @returns {Map<string, Keypoint>}
 */
function keypoints(chunk, row, share) {
  const points = new Map();
  page.keypoints.forEach((name, k) => {
    const point = keypoint(chunk, k, row);
    if (point && share) {
      const next = keypoint(chunk, k, row + 1);
      if (!next) return;
      point.x += share * (next.x - point.x);
      point.y += share * (next.y - point.y);
      point.confidence = Math.min(point.confidence, next.confidence);
    }
    if (point && point.confidence >= LEAST_CONFIDENCE) points.set(name, point);
  });
  return points;
}

/** @param {Chunk} chunk @param {number} k @param {number} row @returns {Keypoint | null} */
function keypoint(chunk, k, row) {
  const x = inUnits(chunk.poseX[k], row, page.scales.pixel), y = inUnits(chunk.poseY[k], row, page.scales.pixel);
  return x === null || y === null ? null : { x, y, confidence: chunk.poseConfidence[k][row] / 255 };
}

/**
 * A person's angles in degrees by name, null where one is not known; null where the person is not seen.
 * @param {number} frame
 * @param {number | null} track
 * @returns {Record<string, number | null> | null}
 */
export function anglesAt(frame, track) {
  const chunk = loaded(chunkOf(frame)), run = track === null ? undefined : chunk?.angleRuns.get(track);
  if (!chunk || !run) return null;
  const row = lastIndex(run[0] - 1, run[1] - 1, (i) => chunk.angleFrame[i] <= frame);
  if (row < run[0] || frame - chunk.angleFrame[row] >= page.stride) return null;
  return Object.fromEntries(page.angles.map((name, i) => [name, angleOf(chunk, i, row)]));
}

/** @param {Chunk} chunk @param {number} angle @param {number} row @returns {number | null} degrees */
export function angleOf(chunk, angle, row) {
  return inUnits(chunk.angle[angle], row, ANGLE_STEPS);
}

/** @param {number} time @returns {number} the first event at or after a time, as an index into `events` */
export function eventFrom(time) {
  return lastIndex(-1, events.length - 1, (i) => events[i].time < time) + 1;
}
