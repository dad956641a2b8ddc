// What is wrong, in a line over the film, until it is put right.
import { element } from "./dom.js";

/** @type {Map<string, string>} */
const notices = new Map();

/**
 * @param {string} about what it is about: a new notice takes the place of the one before
 * @param {string} text empty where nothing is wrong
 */
export function notice(about, text) {
  if ((notices.get(about) ?? "") === text) return;
  notices.set(about, text);
  const lines = [...notices.values()].filter(Boolean), node = element("notice", HTMLElement);
  node.textContent = lines.join(" ");
  node.hidden = !lines.length;
}
