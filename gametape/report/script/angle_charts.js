// A joint's angle of the chosen person over time, left and right.
import { Chart } from "./charts.js";
import { chunkAt, loaded } from "./chunks.js";
import { bytesOf, find, style } from "./dom.js";
import { angleOf, anglesAt, indexIn } from "./frames.js";
import { page } from "./page_data.js";
import { axes, band, chunksOnShow, curve, NO_VALUE, washes } from "./plot.js";
import { now } from "./state.js";
import { clock, degrees, personName, say } from "./words.js";

/**
 * @typedef {import("./types").Buckets} Buckets
 * @typedef {import("./types").Chunk} Chunk
 * @typedef {import("./types").CurvePoint} CurvePoint
 */

/** Degrees that the bytes of the curves lie between. @type {[number, number]} */
const RANGE = [-180, 180];
/** @type {Map<number, Uint8Array>} the curves' bytes by track */
const opened = new Map();

/** @param {string} id of the figure */
export function angleChart(id) {
  const figure = find(id), choice = figure?.querySelector("select");
  if (!figure?.querySelector("canvas") || !choice) return;
  /** @returns {[angle: string, colour: string][]} */
  const curves = () => (page.angles.includes(choice.value)
    ? [[choice.value, "--left"]]
    : [[`left_${choice.value}`, "--left"], [`right_${choice.value}`, "--right"]]);
  const chart = new Chart(figure, (g, wide, high, self) => {
    washes(g, high, self, `track:${now.person}`);
    const range = bounds(curves().map(([name]) => name)), y = axes(g, wide, high, self, range, "°");
    const chunks = chunksOnShow();
    figure.classList.toggle("one-line", curves().length === 1);
    for (const [name, colour] of curves()) {
      const run = chunks ? null : overview(name);
      if (chunks) curve(g, pointsOf(chunks, name), style(colour), self, y, 2 * page.stride);
      else if (run) band(g, run, RANGE, style(colour), self, y);
    }
    const [low, top] = range, angle = page.joints[choice.value];
    self.canvas.setAttribute("aria-label", say("angle", { angle, who: personName(now.person), low, high: top }));
  });
  chart.value = (time) => {
    const chunk = loaded(chunkAt(time));
    const angles = chunk ? anglesAt(chunk.first + indexIn(chunk, time), now.person) : null;
    const texts = curves().map(([name]) => {
      const value = angles?.[name];
      return value === null || value === undefined ? "–" : degrees(value);
    });
    return `${clock(time, 2)}  ${texts.join(" · ")}`;
  };
  choice.addEventListener("change", () => chart.draw());
}

/** @param {Chunk[]} chunks @param {string} name @returns {CurvePoint[]} */
function pointsOf(chunks, name) {
  const angle = page.angles.indexOf(name);
  /** @type {CurvePoint[]} */
  const points = [];
  for (const chunk of chunks) {
    const [from, to] = (now.person === null ? undefined : chunk.angleRuns.get(now.person)) ?? [0, 0];
    for (let i = from; i < to; i++) {
      const frame = chunk.angleFrame[i];
      points.push([chunk.times[frame - chunk.first], angleOf(chunk, angle, i), frame]);
    }
  }
  return points;
}

/**
 * The chosen person's curve of an angle over the whole film.
 * @param {string} name
 * @returns {Buckets | null}
 */
function overview(name) {
  const found = page.series.angles.find((one) => one.track === now.person);
  if (!found) return null;
  const bytes = opened.get(found.track) ?? bytesOf(found.data);
  opened.set(found.track, bytes);
  const { first, buckets } = found, angle = page.angles.indexOf(name);
  return { bytes, first, buckets, least: angle * buckets, most: (page.angles.length + angle) * buckets };
}

/**
 * The axis's ends: whole tens around all that the chosen person's angles reach.
 * @param {string[]} names
 * @returns {[low: number, top: number]}
 */
function bounds(names) {
  let low = Infinity, high = -Infinity;
  for (const run of names.map(overview)) {
    for (const from of run ? [run.least, run.most] : []) {
      for (const byte of run?.bytes.subarray(from, from + run.buckets) ?? []) {
        if (byte === NO_VALUE) continue;
        const value = RANGE[0] + (byte / 254) * (RANGE[1] - RANGE[0]);
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
  }
  if (high < low) return [0, 180];
  return [Math.max(-180, 10 * Math.floor((low - 4) / 10)), Math.min(180, 10 * Math.ceil((high + 4) / 10))];
}
