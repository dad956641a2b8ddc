// Charts over time that move the game: canvas, playhead, axes, the chosen player's curve of boost and of speed.
import { all, element, style } from "./dom.js";
import { frameAt, game, joined } from "./frames.js";
import { TEAM_COLOURS } from "./field.js";
import { niceStep } from "./numbers.js";
import { page } from "./page_data.js";
import { goTo } from "./player.js";
import { now, onChoice, view } from "./state.js";
import { MISSING, NO_BOOST } from "./unpack.js";
import { clock, say, whole } from "./words.js";

/**
 * @typedef {import("./types").Track} Track
 * @typedef {(g: CanvasRenderingContext2D, wide: number, high: number, chart: Chart) => void} Paint
 */

const TIME_STEPS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
/** Pixels between two times on the axis, at least; room below the curves and above them. */
const TIME_ROOM = 70, BELOW = 18, ABOVE = 6;
const SUPERSONIC = 2200, FASTEST = 2300;
/** @type {Chart[]} */
const charts = [];
let shownFrom = page.start;

export class Chart {
  /**
   * @param {HTMLElement} figure with a canvas
   * @param {Paint} paint
   * @param {() => [number, number]} [span] the stretch of game from edge to edge
   */
  constructor(figure, paint, span = view) {
    this.span = span;
    this.paint = paint;
    this.canvas = /** @type {HTMLCanvasElement} */ (figure.querySelector("canvas"));
    this.line = figure.appendChild(Object.assign(document.createElement("div"), { className: "head" }));
    this.tip = figure.appendChild(Object.assign(document.createElement("div"), { className: "tip", hidden: true }));
    /** What the tip says of a time. @type {((time: number) => string) | null} */
    this.value = null;
    this.followPointer();
    charts.push(this);
    new ResizeObserver(() => {
      this.draw();
      this.moveHead(now.time);
    }).observe(this.canvas);
  }

  followPointer() {
    let down = false;
    this.canvas.addEventListener("pointerdown", (event) => {
      down = true;
      if (event.pointerType === "mouse") this.canvas.setPointerCapture(event.pointerId);
      goTo(this.timeAt(event));
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (down) goTo(this.timeAt(event));
      if (event.pointerType !== "mouse" || !this.value) return;
      this.tip.textContent = this.value(this.timeAt(event));
      this.tip.hidden = false;
    });
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      this.canvas.addEventListener(name, () => { down = false; });
    }
    this.canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
  }

  /** Room for the scale at the left, px. */
  get gutter() {
    return parseFloat(style("--gutter"));
  }

  /** @param {PointerEvent} event */
  timeAt(event) {
    const box = this.canvas.getBoundingClientRect(), [from, to] = this.span();
    const share = (event.clientX - box.left - this.gutter) / Math.max(1, box.width - this.gutter);
    return from + Math.min(Math.max(share, 0), 1) * (to - from);
  }

  /** @param {number} time @returns {number} px from the canvas's left */
  x(time) {
    const [from, to] = this.span();
    return this.gutter + ((time - from) / Math.max(to - from, 1e-6)) * (this.canvas.clientWidth - this.gutter);
  }

  /** @param {number} time */
  moveHead(time) {
    this.line.style.top = `${this.canvas.offsetTop}px`;
    this.line.style.transform = `translateX(${this.x(time)}px)`;
  }

  draw() {
    const ratio = window.devicePixelRatio || 1, wide = this.canvas.clientWidth, high = this.canvas.clientHeight;
    const g = this.canvas.getContext("2d");
    if (!wide || !high || !g) return;
    this.canvas.width = Math.round(wide * ratio);
    this.canvas.height = Math.round(high * ratio);
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    this.paint(g, wide, high, this);
  }
}

export function drawCharts() {
  for (const chart of charts) chart.draw();
}

/** Put the playheads at a time; where it is on another page of the game than the charts show, draw that. @param {number} time */
export function moveChartHeads(time) {
  const [from] = view();
  if (from !== shownFrom) {
    shownFrom = from;
    drawCharts();
  }
  for (const chart of charts) chart.moveHead(time);
}

/** @param {number} seconds 0 for all */
export function setWindow(seconds) {
  now.window = seconds;
  [shownFrom] = view();
  drawCharts();
  moveChartHeads(now.time);
}

/**
 * @param {CanvasRenderingContext2D} g
 * @param {number} wide
 * @param {number} high
 * @param {Chart} chart
 * @param {number} top the greatest value; the least is 0
 * @returns {(value: number) => number} where a value is, px from above
 */
function axes(g, wide, high, chart, top) {
  const bottom = high - BELOW, step = niceStep(top, 4);
  /** @param {number} value */
  const y = (value) => ABOVE + (1 - value / top) * (bottom - ABOVE);
  g.fillStyle = style("--soft");
  g.strokeStyle = style("--line");
  g.lineWidth = 1;
  g.textBaseline = "middle";
  g.textAlign = "right";
  for (let value = 0; value <= top + 1e-9; value += step) {
    const line = Math.round(y(value)) + 0.5;
    g.beginPath();
    g.moveTo(chart.gutter, line);
    g.lineTo(wide, line);
    g.stroke();
    g.fillText(whole(value), chart.gutter - 6, line);
  }
  const [from, to] = chart.span(), most = Math.max(2, (wide - chart.gutter) / TIME_ROOM);
  const every = TIME_STEPS.find((seconds) => (to - from) / seconds <= most) ?? 1800;
  g.textBaseline = "alphabetic";
  g.textAlign = "center";
  for (let k = Math.ceil(from / every - 1e-9); k * every <= to; k++) {
    const x = chart.x(k * every), text = clock(k * every, every < 1 ? 1 : 0), half = g.measureText(text).width / 2;
    if (x + half <= wide) g.fillText(text, Math.max(x, chart.gutter - 6 + half), high - 3);
  }
  return y;
}

/**
 * @param {string} id of the figure
 * @param {number} top
 * @param {(track: Track, i: number) => number | null} value
 * @param {(text: string) => string} label
 * @param {number} [mark] a line at a value
 */
function chart(id, top, value, label, mark) {
  const figure = element(id, HTMLElement);
  const made = new Chart(figure, (g, wide, high, self) => {
    const y = axes(g, wide, high, self, top), player = now.player;
    if (mark) {
      g.strokeStyle = style("--medium");
      g.setLineDash([4, 3]);
      g.beginPath();
      g.moveTo(self.gutter, y(mark));
      g.lineTo(wide, y(mark));
      g.stroke();
      g.setLineDash([]);
    }
    if (!game.frames || player === null) return;
    const track = game.frames.cars[player], [from, to] = self.span();
    g.save();
    g.beginPath();
    g.rect(self.gutter, 0, wide, high);
    g.clip();
    g.strokeStyle = style(TEAM_COLOURS[page.players[player].team]);
    g.lineWidth = 1.3;
    g.lineJoin = "round";
    g.beginPath();
    let drawing = false;
    for (let i = Math.max(frameAt(from), 0); i < game.frames.times.length && game.frames.times[i] <= to + 0.2; i++) {
      const found = value(track, i);
      if (found === null) {
        drawing = false;
        continue;
      }
      const at = /** @type {const} */ ([self.x(game.frames.times[i]), y(Math.min(found, top))]);
      if (drawing) g.lineTo(...at);
      else g.moveTo(...at);
      drawing = joined(track, i);
    }
    g.stroke();
    g.restore();
    made.canvas.setAttribute("aria-label", label(page.players[player].name));
  });
  made.value = (time) => {
    const i = frameAt(time), found = game.frames && now.player !== null && i >= 0 ? value(game.frames.cars[now.player], i) : null;
    return `${clock(time, 1)}  ${found === null ? "–" : whole(found)}`;
  };
}

export function startCharts() {
  chart("chart-boost", 100, (track, i) => (track.boost[i] === NO_BOOST || track.x[i] === MISSING ? null : track.boost[i]),
    (who) => say("boost", { who }));
  chart("chart-speed", FASTEST, (track, i) => (track.speed[i] === MISSING ? null : track.speed[i]),
    (who) => say("speed", { who }), SUPERSONIC);
  const name = () => {
    for (const one of all(".chosen")) one.textContent = now.player === null ? "" : page.players[now.player].name;
  };
  onChoice(() => {
    name();
    drawCharts();
  });
  name();
}
