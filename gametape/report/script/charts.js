// A chart over time that moves the film: its canvas, its playhead, its tip under the pointer.
import { style } from "./dom.js";
import { page } from "./page_data.js";
import { goTo } from "./player.js";
import { now, view } from "./state.js";

/**
 * @typedef {(g: CanvasRenderingContext2D, wide: number, high: number, chart: Chart) => void} Paint
 */

/** @type {Chart[]} */
const charts = [];
let shownFrom = page.start;

export class Chart {
  /**
   * @param {HTMLElement} figure with a canvas
   * @param {Paint} paint
   * @param {() => [number, number]} [span] the stretch of film from edge to edge
   */
  constructor(figure, paint, span = view) {
    this.span = span;
    this.figure = figure;
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
      if (event.pointerType === "mouse") this.hover(this.timeAt(event));
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
    return this.gutter + ((time - from) / (to - from)) * (this.canvas.clientWidth - this.gutter);
  }

  /** @param {number} time */
  moveHead(time) {
    this.line.style.top = `${this.canvas.offsetTop}px`;
    this.line.style.transform = `translateX(${this.x(time)}px)`;
  }

  draw() {
    const ratio = window.devicePixelRatio || 1, wide = this.canvas.clientWidth, high = this.canvas.clientHeight;
    if (!wide || !page.frames) return;
    this.canvas.width = Math.round(wide * ratio);
    this.canvas.height = Math.round(high * ratio);
    const g = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    this.paint(g, wide, high, this);
  }

  /** @param {number} time */
  hover(time) {
    const text = this.value?.(time);
    this.tip.hidden = !text;
    if (text) this.tip.textContent = text;
  }
}

export function drawCharts() {
  for (const chart of charts) chart.draw();
}

/**
 * Put the playheads at a time; where it is on another page of the film than the charts show, draw that.
 * @param {number} time
 */
export function moveChartHeads(time) {
  const [from] = view();
  if (from !== shownFrom) {
    shownFrom = from;
    drawCharts();
  }
  for (const chart of charts) chart.moveHead(time);
}

/** Show `seconds` of film in the charts, 0 for all. @param {number} seconds */
export function setWindow(seconds) {
  now.window = seconds;
  [shownFrom] = view();
  drawCharts();
  for (const chart of charts) chart.moveHead(now.time);
}
