// The data that the page was built with.
import { find } from "./dom.js";

/** @typedef {import("./types").PageData} PageData */

/** @type {PageData} */
export const page = JSON.parse(find("data")?.textContent ?? "");

/** Containers round times to their time base; frames are further apart than this. */
export const EPSILON = 0.0015;

/** Where the film opens, s. */
export const OPENS = page.opens !== null && page.opens > page.start ? page.opens + EPSILON : page.start;

/** @type {import("./types").BallEvent[]} */
export const events = page.events.rows.map(([time, kind, x, y, confidence]) => ({ time, kind, x, y, confidence }));
