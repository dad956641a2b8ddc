// Words and numbers in the page's language.
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

/** @param {number} value */
export function whole(value) {
  const text = Math.round(value).toLocaleString("en");
  return text.replace(/,/g, page.marks.thousands);
}

/**
 * @param {number} time seconds
 * @param {number} [places]
 */
export function clock(time, places = 0) {
  return clockText(time, places, page.marks.decimal);
}
