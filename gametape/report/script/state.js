// What is on show, and the stretch of film that the charts show.
import { OPENS, page } from "./page_data.js";

/**
 * `frame` is -1 while its data is not loaded; `person` the chosen track; `window` the seconds that the charts show, 0
 * for all.
 * @type {{frame: number, time: number, person: number | null, window: number}}
 */
export const now = { frame: -1, time: OPENS, person: null, window: 0 };

/**
 * The stretch of film that the charts show: all of it, or the page of `window` seconds that a time is on.
 * @param {number} [time]
 * @returns {[from: number, to: number]}
 */
export function view(time = now.time) {
  if (!now.window || now.window >= page.end - page.start) return [page.start, page.end];
  const pages = Math.floor((Math.min(time, page.end - 1e-6) - page.start) / now.window + 1e-9);
  const from = page.start + pages * now.window;
  return [from, from + now.window];
}
