// Words and numbers in the report's language.
import { clockText } from "./numbers.js";
import { page } from "./page_data.js";

/**
 * A phrase with its places filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [places]
 */
export function say(key, places = {}) {
  return (page.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(places[name] ?? ""));
}

/**
 * A number as the language writes it.
 * @param {string | number} text
 */
export function digits(text) {
  return String(text).replace(/[.,]/g, (mark) => (mark === "." ? page.marks.decimal : page.marks.thousands));
}

/** @param {number} value */
export function whole(value) {
  return digits(Math.round(value).toLocaleString("en"));
}

/** @param {number} value in the page's unit of speed */
export function speedText(value) {
  return `${whole(value)} ${page.speed_unit}`;
}

/** @param {number} value degrees */
export function degrees(value) {
  return `${Math.round(value)}°`;
}

/**
 * @param {number} time seconds
 * @param {number} [places]
 */
export function clock(time, places = 0) {
  return clockText(time, places, page.marks.decimal);
}

/** @param {number | null} track */
export function personName(track) {
  return page.names[String(track)] ?? say("person", { track: String(track) });
}
