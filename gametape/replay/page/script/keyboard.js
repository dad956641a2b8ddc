// The keyboard.
import { nextEvidence, nextMoment } from "./buttons.js";
import { button, element } from "./dom.js";
import { nextPlayer } from "./people.js";
import { goTo, step, togglePlay } from "./player.js";
import { now } from "./state.js";

/** @type {Record<string, (event: KeyboardEvent) => void>} */
const KEYS = {
  " ": togglePlay,
  k: togglePlay,
  ArrowLeft: (event) => (event.shiftKey ? goTo(now.time - 5) : step(-1)),
  ArrowRight: (event) => (event.shiftKey ? goTo(now.time + 5) : step(1)),
  1: () => rate("0.5"),
  2: () => rate("1"),
  3: () => rate("2"),
  g: (event) => nextMoment(event.shiftKey ? -1 : 1, (kind) => kind === "goal"),
  ".": () => nextMoment(1, () => true),
  ",": () => nextMoment(-1, () => true),
  e: (event) => nextEvidence(event.shiftKey ? -1 : 1),
  c: nextPlayer,
  n: () => layer("names"),
  t: () => layer("trail"),
  b: () => layer("boost"),
  f: () => button("full").click(),
};

/** @param {string} value */
function rate(value) {
  const found = document.querySelector(`[data-rate='${value}']`);
  if (found instanceof HTMLElement) found.click();
}

/** @param {string} name */
function layer(name) {
  element(`show-${name}`, HTMLInputElement).click();
}

export function followKeys() {
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!(target instanceof Element) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("select, textarea, input[type=range]")) return;
    if (event.key === " " && target.matches("button, input, summary, a")) return;   // they are pressed by it
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
}
