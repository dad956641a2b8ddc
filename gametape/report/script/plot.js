// What charts draw: axes, curves, bands, washes of evidence, ticks of events.
import { drawCharts } from "./charts.js";
import { chunkAt, load, loaded } from "./chunks.js";
import { style } from "./dom.js";
import { eventFrom } from "./frames.js";
import { niceStep } from "./numbers.js";
import { EPSILON, events, page } from "./page_data.js";
import { view } from "./state.js";
import { clock, digits } from "./words.js";

/**
 * @typedef {import("./charts.js").Chart} Chart
 * @typedef {import("./types").Buckets} Buckets
 * @typedef {import("./types").Chunk} Chunk
 * @typedef {import("./types").CurvePoint} CurvePoint
 */

const TIME_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const DEGREE_STEPS = [5, 10, 15, 30, 45, 60, 90];
/** Pixels between two times on the axis, at least. */
const TIME_ROOM = 84;
/** Below the curves, for the axis of time; above them. */
const BELOW = 18, ABOVE = 6;
export const NO_VALUE = 255;

/**
 * The lower end of the curves.
 * @param {number} high of the chart
 */
export function plotBottom(high) {
  return high - BELOW;
}

/**
 * Draw the axes.
 * @param {CanvasRenderingContext2D} g
 * @param {number} wide
 * @param {number} high
 * @param {Chart} chart
 * @param {[low: number, top: number]} range of the values
 * @param {string} [unit] "°" for degrees
 * @returns {(value: number) => number} where a value is, px from above
 */
export function axes(g, wide, high, chart, [low, top], unit = "") {
  const bottom = plotBottom(high), step = valueStep(top - low, unit);
  /** @param {number} value */
  const y = (value) => ABOVE + (1 - (value - low) / (top - low)) * (bottom - ABOVE);
  g.fillStyle = style("--soft");
  g.strokeStyle = style("--line");
  g.lineWidth = 1;
  g.textBaseline = "middle";
  g.textAlign = "right";
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= top + 1e-9; value += step) {
    const line = Math.round(y(value)) + 0.5;
    g.beginPath();
    g.moveTo(chart.gutter, line);
    g.lineTo(wide, line);
    g.stroke();
    g.fillText(digits(shortNumber(value)) + unit, chart.gutter - 6, line);
  }
  timeAxis(g, wide, high, chart);
  return y;
}

/** @param {number} range @param {string} unit */
function valueStep(range, unit) {
  const degrees = unit ? DEGREE_STEPS.find((step) => range / step <= 5) : undefined;
  return degrees ?? niceStep(range, 4);
}

/** @param {number} value @returns {string} 12000 → 12k */
function shortNumber(value) {
  const rounded = Number(value.toPrecision(6));
  return rounded >= 10000 ? `${Number((value / 1000).toPrecision(3))}k` : String(rounded);
}

/** @param {CanvasRenderingContext2D} g @param {number} wide @param {number} high @param {Chart} chart */
function timeAxis(g, wide, high, chart) {
  const [from, to] = view(), most = Math.max(2, (wide - chart.gutter) / TIME_ROOM);
  const step = TIME_STEPS.find((seconds) => (to - from) / seconds <= most) ?? 7200;
  g.textBaseline = "alphabetic";
  g.textAlign = "center";
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to; k++) {
    const x = chart.x(k * step), text = clock(k * step, step < 1 ? 1 : 0), half = g.measureText(text).width / 2;
    if (x + half <= wide) g.fillText(text, Math.max(x, chart.gutter - 6 + half), high - 3);
  }
}

/**
 * Evidence about a subject as washes behind the curves.
 * @param {CanvasRenderingContext2D} g
 * @param {number} high
 * @param {Chart} chart
 * @param {string} subject
 */
export function washes(g, high, chart, subject) {
  for (const one of page.evidence) {
    if (one.subject !== subject) continue;
    g.fillStyle = style(`--${one.severity}`);
    g.globalAlpha = 0.13;
    for (const [start, end] of one.spans) {
      const x = Math.max(chart.x(start), chart.gutter);
      g.fillRect(x, ABOVE, Math.max(2, chart.x(end) - x), plotBottom(high) - ABOVE);
    }
    g.globalAlpha = 1;
  }
}

/**
 * The ball's events as ticks, one colour a kind.
 * @param {CanvasRenderingContext2D} g
 * @param {number} bottom
 * @param {Chart} chart
 * @param {number} [top]
 */
export function eventTicks(g, bottom, chart, top = ABOVE) {
  const [from, to] = chart.span();
  for (let i = eventFrom(from); i < events.length && events[i].time <= to; i++) {
    const x = chart.x(events[i].time);
    g.strokeStyle = style(`--${events[i].kind}`) || style("--soft");
    g.lineWidth = 1;
    g.globalAlpha = 0.35;
    vertical(g, x, top, bottom);
    g.globalAlpha = 1;
    g.lineWidth = 2;
    vertical(g, x, bottom - 6, bottom);
  }
}

/** @param {CanvasRenderingContext2D} g @param {number} x @param {number} top @param {number} bottom */
function vertical(g, x, top, bottom) {
  g.beginPath();
  g.moveTo(x, top);
  g.lineTo(x, bottom);
  g.stroke();
}

/**
 * The chunks of the stretch on show; null while some are missing, or where there are too many to draw at full rate.
 * @returns {Chunk[] | null}
 */
export function chunksOnShow() {
  const [from, to] = view(), first = chunkAt(from), last = chunkAt(Math.min(to, page.end) - 2 * EPSILON);
  if (last - first > 2) return null;
  const found = [];
  for (let i = first; i <= last; i++) {
    const data = loaded(i);
    if (data) found.push(data);
    else load(i).then((late) => late && drawCharts());
  }
  return found.length === last - first + 1 ? found : null;
}

/** Draw only within the curves' place. @param {CanvasRenderingContext2D} g @param {Chart} chart @param {() => void} draw */
function clipped(g, chart, draw) {
  g.save();
  g.beginPath();
  g.rect(chart.gutter, 0, chart.canvas.clientWidth, chart.canvas.clientHeight);
  g.clip();
  g.lineJoin = "round";
  g.beginPath();
  draw();
  g.stroke();
  g.restore();
}

/**
 * Every value as a line, broken where frames are further apart; a value alone is a dot.
 * @param {CanvasRenderingContext2D} g
 * @param {CurvePoint[]} points
 * @param {string} colour
 * @param {Chart} chart
 * @param {(value: number) => number} y
 * @param {number} farthest frames
 */
export function curve(g, points, colour, chart, y, farthest) {
  g.strokeStyle = g.fillStyle = colour;
  g.lineWidth = 1.5;
  clipped(g, chart, () => {
    /** @type {{x: number, y: number, frame: number, alone: boolean} | null} */
    let before = null;
    const dot = () => {
      if (!before?.alone) return;
      g.moveTo(before.x + 1.2, before.y);
      g.arc(before.x, before.y, 1.2, 0, 7);
    };
    for (const [time, value, frame] of points) {
      if (value === null) {
        dot();
        before = null;
        continue;
      }
      const at = { x: chart.x(time), y: y(value), frame };
      /** @type {boolean} */
      const joined = before !== null && frame - before.frame <= farthest;
      if (joined) {
        g.lineTo(at.x, at.y);
      } else {
        dot();
        g.moveTo(at.x, at.y);
      }
      before = { ...at, alone: !joined };
    }
    dot();
  });
}

/**
 * The whole film: a band from the least to the greatest value of each bucket.
 * @param {CanvasRenderingContext2D} g
 * @param {Buckets} run
 * @param {[low: number, high: number]} range of the bytes
 * @param {string} colour
 * @param {Chart} chart
 * @param {(value: number) => number} y
 */
export function band(g, run, [low, high], colour, chart, y) {
  const { start_s, bucket_s } = page.series;
  /** @param {number} i */
  const value = (i) => low + (run.bytes[i] / 254) * (high - low);
  g.strokeStyle = g.fillStyle = colour;
  g.lineWidth = 1.3;
  clipped(g, chart, () => {
    g.globalAlpha = 0.7;
    let drawing = false;
    for (let i = 0; i < run.buckets; i++) {
      const known = run.bytes[run.least + i] !== NO_VALUE;
      if (known) {
        const x = chart.x(start_s + (run.first + i + 0.5) * bucket_s), most = y(value(run.most + i));
        if (drawing) g.lineTo(x, most);
        else g.moveTo(x, most);
        g.lineTo(x, y(value(run.least + i)) + 0.5);
      }
      drawing = known;
    }
  });
}
