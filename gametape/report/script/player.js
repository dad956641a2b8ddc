// Moves the film to the right frame and tells the rest of the page which frame is on show.
// `goTo` moves the film to a time, `show` is called for each picture put on screen. Times are those at which pictures were
// taken; the film itself goes by places in its file, which differ in slow motion and where pictures are repeated.
import { chunkAt, chunkOf, chunkShownAt, failure, load, loaded, placeOf, timeOf } from "./chunks.js";
import { element } from "./dom.js";
import { indexIn, indexShown } from "./frames.js";
import { notice } from "./notice.js";
import { EPSILON, OPENS, page } from "./page_data.js";
import { now } from "./state.js";
import { say } from "./words.js";

/** @typedef {import("./types").Chunk} Chunk */

/** The next chunk is loaded so long before it is needed, s. */
const LOAD_AHEAD = 15;
export const film = element("film", HTMLVideoElement);
/** @type {(() => void)[]} */
const frameListeners = [];
/** @type {((time: number) => void)[]} */
const timeListeners = [];
let filmWorks = true, requests = 0;
/** Where in its file the film is, s. */
let on = 0;
/**
 * The place that waits for the film. The first one puts the film in the place of its poster, which is of another moment.
 * @type {number | null}
 */
let wanted = placeOf(OPENS);

/**
 * Call something whenever another frame is on show (`now.frame`).
 * @param {() => void} listener
 */
export function onFrame(listener) {
  frameListeners.push(listener);
}

/**
 * Call something whenever the playheads move, also before the frame is there.
 * @param {(time: number) => void} listener
 */
export function onTime(listener) {
  timeListeners.push(listener);
}

/** @param {number} time */
function moveHeads(time) {
  for (const listener of timeListeners) listener(time);
}

/**
 * Move the film to the frame on show at a time. Everything that moves the film comes here.
 * @param {number} time seconds
 */
export async function goTo(time) {
  const request = ++requests;
  time = Math.min(Math.max(time, page.start), Math.max(page.start, page.end - 1e-3));
  if (!page.frames) return;
  moveHeads(time);
  const chunk = await load(chunkAt(time));
  if (request !== requests) return;
  if (chunk) toFrame(chunk, indexIn(chunk, time));
  else seek(placeOf(time) + EPSILON);
}

/**
 * Seek to the middle of a frame's own time, where no rounding can land on its neighbour.
 * @param {Chunk} chunk
 * @param {number} index
 */
function toFrame(chunk, index) {
  const start = chunk.shown[index], last = chunk.first + index + 1 >= page.frames;
  const typical = (placeOf(page.end) - placeOf(page.start)) / page.frames;
  const later = last ? start + typical / 2 : page.chunks[chunkOf(chunk.first + index + 1)][5];
  const end = index + 1 < chunk.count ? chunk.shown[index + 1] : later;
  seek((start + end) / 2);
}

/**
 * Stop, and move by whole frames.
 * @param {number} by
 */
export async function step(by) {
  film.pause();
  const request = ++requests, frame = Math.min(Math.max(Math.max(now.frame, 0) + by, 0), page.frames - 1);
  if (frame < 0) return;
  const chunk = await load(chunkOf(frame));
  if (!chunk || request !== requests) return;
  now.frame = frame;
  toFrame(chunk, frame - chunk.first);
}

export function togglePlay() {
  if (!filmWorks) return;
  if (film.paused) film.play();
  else film.pause();
}

/**
 * Stop, show a time, and bring the player into sight.
 * @param {number} time
 */
export function showTime(time) {
  film.pause();
  goTo(time);
  const player = element("player", HTMLElement), box = player.getBoundingClientRect();
  if (box.bottom < 80 || box.top > innerHeight - 80) player.scrollIntoView({ block: "start" });
}

/**
 * One seek at a time; while one is under way only the last wish counts.
 * @param {number} place in the film's file, s
 */
function seek(place) {
  if (!filmWorks) show(place);
  else if (film.readyState === 0 || film.seeking) wanted = place;
  else film.currentTime = place;
}

/** @returns {boolean} was a seek waiting? */
function seekWanted() {
  if (wanted === null) return false;
  const place = wanted;
  wanted = null;
  film.currentTime = place;
  return true;
}

/**
 * A picture is on screen.
 * @param {number} place its own in the film's file, s
 */
function show(place) {
  if (!page.frames) return;
  on = place;
  now.time = timeOf(place);
  const number = chunkShownAt(place), chunk = loaded(number);
  load(number).then((data) => {
    if (number !== chunkShownAt(on)) return;   // the film has moved on
    notice("data", failure(number));
    if (data && now.frame < 0) show(on);
  });
  if (place > page.chunks[number][6] - LOAD_AHEAD) load(number + 1);
  now.frame = chunk ? chunk.first + indexShown(chunk, place) : -1;
  if (chunk) now.time = chunk.times[now.frame - chunk.first];
  for (const listener of frameListeners) listener();
  moveHeads(now.time);
}

function filmFails() {
  filmWorks = false;
  notice("film", say("no_film", { film: page.film }));
  show(wanted ?? on);
}

function followFilm() {
  film.addEventListener("seeked", () => { if (!seekWanted()) show(film.currentTime); });
  film.addEventListener("loadedmetadata", seekWanted);
  film.addEventListener("loadeddata", () => show(film.currentTime));
  film.addEventListener("error", filmFails);
  if ("requestVideoFrameCallback" in HTMLVideoElement.prototype) {
    /** @type {VideoFrameRequestCallback} */
    const tick = (_, picture) => {
      if (wanted === null) show(picture.mediaTime);
      film.requestVideoFrameCallback(tick);
    };
    film.requestVideoFrameCallback(tick);
    return;
  }
  const tick = () => {
    if (film.paused) return;
    show(film.currentTime);
    requestAnimationFrame(tick);
  };
  film.addEventListener("play", tick);
  film.addEventListener("timeupdate", () => show(film.currentTime));
}

/**
 * Begin to follow the film, and show the first frame as soon as its data is there.
 * @param {() => void} ready called when the first frame's data is loaded
 */
export function startPlayer(ready) {
  followFilm();
  if (!page.frames) {
    notice("film", say("no_frames"));
    filmWorks = false;
  } else if (film.error) {
    filmFails();
  } else {
    load(chunkAt(OPENS)).then(() => {
      ready();
      if (now.frame < 0) show(film.readyState >= 2 ? film.currentTime : placeOf(OPENS));
    });
  }
}
