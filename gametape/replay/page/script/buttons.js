// The page's buttons, boxes and slider; the score and the game's clock; jumps to moments.
import { setWindow } from "./charts.js";
import { all, button, element, markCurrent, pressOnly } from "./dom.js";
import { drawField } from "./field.js";
import { page } from "./page_data.js";
import { choose } from "./people.js";
import { goTo, onPlay, showTime, step, togglePlay } from "./player.js";
import { lastIndex } from "./search.js";
import { now } from "./state.js";
import { clock, say } from "./words.js";

/** A moment's button is marked for so long around it, and a key shows a moment from so long before it, s. */
const NEAR = 2.5, BEFORE = 2;
/** Times nearer than this are the same, s. */
const APART = 0.05;
const scrub = element("scrub", HTMLInputElement);
const moments = all("[data-goto]").map((node) => ({ node, time: Number(node.dataset.goto) }));

/** @param {number} time */
export function moveSlider(time) {
  if (!scrub.matches(":active")) scrub.value = String(time);
  scrub.setAttribute("aria-valuetext", clock(time));
  element("clock", HTMLElement).textContent = clock(time, 1);
}

/** @param {number} time */
export function showScore(time) {
  const [, blue, orange] = page.score[lastIndex(0, page.score.length - 1, (i) => page.score[i][0] <= time + 1e-3)];
  element("score-blue", HTMLElement).textContent = String(blue);
  element("score-orange", HTMLElement).textContent = String(orange);
  const at = lastIndex(0, page.clock.length - 1, (i) => page.clock[i][0] <= time + 1e-3), found = page.clock[at];
  element("game-clock", HTMLElement).textContent = found ? `${found[2] ? "+" : ""}${clock(found[1])}` : "–";
}

/** @param {number} time */
export function markMoments(time) {
  for (const one of moments) markCurrent(one.node, Math.abs(one.time - time) < NEAR);
}

/** Go to a moment's button: its player, and a little before its time. @param {HTMLElement} node */
export function jump(node) {
  if (node.dataset.player) choose(Number(node.dataset.player));
  showTime(Number(node.dataset.goto) - Number(node.dataset.before ?? 0));
}

/**
 * The next or previous of some moments.
 * @param {number} by 1 or -1
 * @param {(kind: string) => boolean} wanted
 */
export function nextMoment(by, wanted) {
  const times = page.moments.filter((one) => wanted(one.kind)).map((one) => Math.max(one.time - BEFORE, page.start));
  const found = nearest(times, by);
  if (found >= 0) showTime(times[found]);
}

/**
 * The next time after the one on show, or the last before it; -1 where there is none.
 * @param {number[]} times ascending
 * @param {number} by 1 or -1
 */
function nearest(times, by) {
  if (by > 0) return times.findIndex((time) => time > now.time + APART);
  return times.filter((time) => time < now.time - APART).length - 1;
}

/** @param {number} by 1 or -1 */
export function nextEvidence(by) {
  const spans = page.evidence.flatMap((one) => one.spans.map((span) => ({ one, start: span[0] })));
  spans.sort((a, b) => a.start - b.start);
  const found = nearest(spans.map(({ start }) => start), by);
  if (found < 0) return;
  const { one, start } = spans[found];
  if (one.player !== null) choose(one.player);
  showTime(start);
}

export function followButtons() {
  scrub.min = String(page.start);
  scrub.max = String(page.end);
  scrub.addEventListener("input", () => goTo(Number(scrub.value)));
  button("play").addEventListener("click", togglePlay);
  button("back").addEventListener("click", () => step(-1));
  button("forward").addEventListener("click", () => step(1));
  onPlay(() => {
    button("play").classList.toggle("playing", now.playing);
    button("play").setAttribute("aria-label", say(now.playing ? "pause" : "play"));
  });
  for (const one of all("[data-rate]")) {
    one.addEventListener("click", () => {
      now.rate = Number(one.dataset.rate);
      pressOnly(one);
    });
  }
  for (const one of all("[data-window]")) {
    one.addEventListener("click", () => {
      pressOnly(one);
      setWindow(Number(one.dataset.window));
    });
  }
  for (const { node } of moments) node.addEventListener("click", () => jump(node));
  for (const name of ["names", "trail", "boost"]) element(`show-${name}`, HTMLInputElement).addEventListener("change", drawField);
  const stage = element("stage", HTMLElement);
  if (!stage.requestFullscreen) button("full").hidden = true;
  button("full").addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else stage.requestFullscreen();
  });
}
