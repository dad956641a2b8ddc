// The per-frame data, a minute at a time, loaded when it is needed: report_data/000.js and so on.
import { bytesOf } from "./dom.js";
import { EPSILON, page } from "./page_data.js";
import { lastIndex } from "./search.js";
import { unpack } from "./unpack.js";
import { clock, say } from "./words.js";

/**
 * @typedef {import("./types").Chunk} Chunk
 * @typedef {{wait: Promise<Chunk | null>, done: (data: Chunk) => void, fail: (why: string) => void,
 *   data?: Chunk, failure?: string}} Entry
 */

const CHUNKS_KEPT = 8;
/** @type {Map<number, Entry>} the least recently used first */
const entries = new Map();

/** @param {number} time @returns {number} the chunk of a time */
export function chunkAt(time) {
  return lastIndex(0, page.chunks.length - 1, (i) => page.chunks[i][2] <= time + EPSILON);
}

/** @param {number} place s in the film's file @returns {number} the chunk shown there */
export function chunkShownAt(place) {
  return lastIndex(0, page.chunks.length - 1, (i) => page.chunks[i][5] <= place + EPSILON);
}

/**
 * Where in the film's file a time is, as near as can be said before its chunk is loaded.
 * @param {number} time
 * @returns {number}
 */
export function placeOf(time) {
  const chunk = page.chunks[chunkAt(time)];
  if (!chunk) return time;
  const [, , start, end, , shown, shownEnd] = chunk;
  return shown + (end > start ? (time - start) * ((shownEnd - shown) / (end - start)) : 0);
}

/**
 * The time of a place in the film's file, as near as can be said before its chunk is loaded.
 * @param {number} place
 * @returns {number}
 */
export function timeOf(place) {
  const chunk = page.chunks[chunkShownAt(place)];
  if (!chunk) return place;
  const [, , start, end, , shown, shownEnd] = chunk;
  return start + (shownEnd > shown ? (place - shown) * ((end - start) / (shownEnd - shown)) : 0);
}

/** @param {number} frame @returns {number} the chunk of a frame */
export function chunkOf(frame) {
  return lastIndex(0, page.chunks.length - 1, (i) => page.chunks[i][0] <= frame);
}

/** @param {number} number @returns {Chunk | undefined} a chunk that is loaded */
export function loaded(number) {
  return entries.get(number)?.data;
}

/** @param {number} number @returns {string} why a chunk could not be loaded; empty where nothing is wrong */
export function failure(number) {
  return entries.get(number)?.failure ?? "";
}

/**
 * Load a chunk by a script element: a page opened from a file may load scripts beside it but may fetch nothing.
 * @param {number} number
 * @returns {Promise<Chunk | null>} null where there is none or it cannot be read
 */
export function load(number) {
  if (!(number >= 0 && number < page.chunks.length)) return Promise.resolve(null);
  const known = entries.get(number);
  if (known) {
    entries.delete(number);
    entries.set(number, known);
    return known.wait;
  }
  const file = `${page.folder}/${String(number).padStart(3, "0")}.js`, entry = newEntry(number, file);
  entries.set(number, entry);
  const script = document.createElement("script");
  script.src = `${file}?${page.chunks[number][4]}`;
  script.onerror = () => entry.fail(say("chunk_missing"));
  script.onload = () => script.remove();
  document.head.append(script);
  for (const [old, { data }] of entries) {
    if (entries.size <= CHUNKS_KEPT) break;
    if (data) entries.delete(old);
  }
  return entry.wait;
}

/** @param {number} number @param {string} file @returns {Entry} */
function newEntry(number, file) {
  /** @type {(data: Chunk | null) => void} */
  let settle = () => {};
  /** @type {Entry} */
  const entry = {
    wait: new Promise((resolve) => { settle = resolve; }),
    done: (data) => { entry.data = data; settle(data); },
    fail: (why) => {
      entry.failure = say("chunk", { time: clock(page.chunks[number][2]), file, why });
      settle(null);
    },
  };
  return entry;
}

window.gametapeChunk = async (header, packed) => {
  const entry = entries.get(header.chunk);
  if (!entry || entry.data) return;
  if (header.hash !== page.chunks[header.chunk][4]) return entry.fail(say("chunk_other"));
  if (!window.DecompressionStream) return entry.fail(say("chunk_old"));
  try {
    const stream = new Blob([bytesOf(packed)]).stream().pipeThrough(new DecompressionStream("deflate"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const shape = { first: page.chunks[header.chunk][0], keypoints: page.keypoints.length, angles: page.angles.length };
    entry.done(unpack(header, bytes, shape));
  } catch (error) {
    entry.fail(say("chunk_damaged", { error: error instanceof Error ? error.message : String(error) }));
  }
};
