// The keyboard.
import { button, element } from "./dom.js";
import { nextEvent } from "./event_buttons.js";
import { nextEvidence } from "./findings.js";
import { goTo, step, togglePlay } from "./player.js";
import { now } from "./state.js";

/** @type {Record<string, (event: KeyboardEvent) => void>} */
const KEYS = {
  " ": togglePlay,
  k: togglePlay,
  ArrowLeft: (event) => (event.shiftKey ? goTo(now.time - 1) : step(-1)),
  ArrowRight: (event) => (event.shiftKey ? goTo(now.time + 1) : step(1)),
  1: () => rate("0.25"),
  2: () => rate("0.5"),
  3: () => rate("1"),
  b: () => layer("ball"),
  t: () => layer("trail"),
  s: () => layer("skeleton"),
  l: () => layer("labels"),
  m: () => button("sound").click(),
  f: () => button("full").click(),
  n: () => nextEvent(1),
  p: () => nextEvent(-1),
  e: (event) => nextEvidence(event.shiftKey ? -1 : 1),
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
