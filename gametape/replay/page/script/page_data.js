// The data that the page was built with.
import { find } from "./dom.js";

/** @typedef {import("./types").PageData} PageData */

/** @type {PageData} */
export const page = JSON.parse(find("data")?.textContent ?? "");
