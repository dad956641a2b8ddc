// The ball's speed and its height in the picture over time.
import { Chart } from "./charts.js";
import { chunkAt, loaded } from "./chunks.js";
import { bytesOf, find, style } from "./dom.js";
import { ballSpeed, indexIn } from "./frames.js";
import { page } from "./page_data.js";
import { axes, band, chunksOnShow, curve, eventTicks, plotBottom, washes } from "./plot.js";
import { inUnits } from "./unpack.js";
import { clock, say, speedText, whole } from "./words.js";

/**
 * @typedef {import("./types").BallCurve} BallCurve
 * @typedef {import("./types").Chunk} Chunk
 * @typedef {import("./types").CurvePoint} CurvePoint
 */

export function speedChart() {
  const series = page.series.speed;
  if (!series) return;
  const label = say("speed", { speed: speedText(series.high) });
  ballChart("chart-speed", series, { range: [0, series.high * 1.06], label, value: ballSpeed, text: speedText });
}

/** The ball's height in the picture: up is up, as in the film beside it. */
export function heightChart() {
  const series = page.series.place;
  if (!series) return;
  /** @param {number} y from the picture's upper edge */
  const flip = (y) => page.height - y;
  const room = 0.06 * (series.high - series.low);
  ballChart("chart-height", series, {
    range: [flip(series.high) - room, flip(series.low) + room],
    label: say("height"),
    value: (chunk, index) => inUnits(chunk.y, index, page.scales.pixel),
    text: (value) => `${whole(value)} px`,
    flip,
  });
}

/**
 * @param {string} id of the figure
 * @param {BallCurve} series
 * @param {{range: [number, number], label: string, value: (chunk: Chunk, index: number) => number | null,
 *   text: (value: number) => string, flip?: (value: number) => number}} options what is shown: `value` reads it from a
 *   chunk, `flip` turns it into what the axis shows, `text` words that
 */
function ballChart(id, series, { range, label, value, text, flip = (v) => v }) {
  const figure = find(id);
  if (!figure?.querySelector("canvas")) return;
  const { buckets } = page.series, run = { bytes: bytesOf(series.data), first: 0, buckets, least: 0, most: buckets };
  /** @param {Chunk} chunk @param {number} index */
  const shown = (chunk, index) => {
    const found = value(chunk, index);
    return found === null ? null : flip(found);
  };
  const chart = new Chart(figure, (g, wide, high, self) => {
    washes(g, high, self, "ball");
    const y = axes(g, wide, high, self, range), chunks = chunksOnShow(), colour = style("--ball");
    eventTicks(g, plotBottom(high), self);
    if (!chunks) {
      band(g, run, [series.low, series.high], colour, self, (v) => y(flip(v)));
      return;
    }
    /** @type {CurvePoint[]} */
    const points = [];
    for (const chunk of chunks) {
      chunk.times.forEach((time, i) => points.push([time, shown(chunk, i), chunk.first + i]));
    }
    curve(g, points, colour, self, y, 1);
  });
  chart.canvas.setAttribute("aria-label", label);
  chart.value = (time) => {
    const chunk = loaded(chunkAt(time)), found = chunk ? shown(chunk, indexIn(chunk, time)) : null;
    return `${clock(time, 2)}  ${found === null ? "–" : text(found)}`;
  };
}
