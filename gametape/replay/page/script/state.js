// What is on show, and who is told when it changes.
import { page } from "./page_data.js";

/**
 * `player` is the chosen player's place in the list, null for none; `window` the seconds that the charts show, 0 for
 * all.
 * @type {{time: number, playing: boolean, rate: number, player: number | null, window: number}}
 */
export const now = { time: page.start, playing: false, rate: 1, player: page.players.length ? 0 : null, window: 0 };

/** @type {((time: number) => void)[]} */
const timeListeners = [];
/** @type {(() => void)[]} */
const choiceListeners = [];

/** Call something whenever another time is on show. @param {(time: number) => void} listener */
export function onTime(listener) {
  timeListeners.push(listener);
}

/** Call something whenever another player or stretch is chosen. @param {() => void} listener */
export function onChoice(listener) {
  choiceListeners.push(listener);
}

export function tellTime() {
  for (const listener of timeListeners) listener(now.time);
}

export function tellChoice() {
  for (const listener of choiceListeners) listener();
}

/**
 * The stretch of game that the charts show: all of it, or the page of `window` seconds that the time is on.
 * @returns {[from: number, to: number]}
 */
export function view() {
  if (!now.window || now.window >= page.end - page.start) return [page.start, page.end];
  const pages = Math.floor((Math.min(now.time, page.end - 1e-6) - page.start) / now.window + 1e-9);
  const from = page.start + pages * now.window;
  return [from, from + now.window];
}
