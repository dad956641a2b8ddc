// The court from above: lines, the ways of shots, and where the ball landed with the band that holds the place.
// The near end is below.
import { page } from "./page_data.js";
import { showTime } from "./player.js";
import { clock, digits, say } from "./words.js";

/** @typedef {import("./types").Court} Court */

export function drawCourt() {
  const court = page.court, svg = document.querySelector("svg#court");
  if (!court || !svg) return;
  const [left, right, low, high] = bounds(court), size = Math.max(right - left, high - low) / 2;
  const margin = 0.1 * size, text = 0.055 * size;
  svg.setAttribute("viewBox", [
    left - margin, -high - margin, right - left + 2 * margin, high - low + 2 * margin + 2 * text,
  ].join(" "));
  if (!court.lines.length) grid(svg, left - margin, right + margin, low - margin, high + margin);
  for (const points of court.lines) polyline(svg, points, "line");
  for (const [x, y, r] of court.circles) draw("circle", { cx: x, cy: -y, r, class: "line" }, svg);
  if (court.net !== null) draw("line", { x1: -court.net, x2: court.net, y1: 0, y2: 0, class: "net" }, svg);
  for (const [, ...points] of court.paths) polyline(svg, points, "path");
  for (const bounce of court.bounces) drawBounce(svg, bounce, size);
  const label = draw("text", { x: (left + right) / 2, y: -low + margin + text, "font-size": text }, svg);
  label.textContent = court.lines.length ? say("near") : say("grid");
}

/** @param {Court} court @returns {[left: number, right: number, low: number, high: number]} all that is drawn, m */
function bounds(court) {
  const [wide, long] = court.extent, lines = court.lines.length > 0;
  const points = court.bounces.map(([x, y]) => [x, y]);
  if (lines) points.push([-wide, -long], [wide, long]);
  else court.paths.forEach(([, ...path]) => points.push(...path));
  const across = points.map(([x]) => x), along = points.map(([, y]) => y);
  return [Math.min(...across), Math.max(...across), Math.min(...along), Math.max(...along)];
}

/**
 * Squares of a metre, on ground without lines.
 * @param {Element} svg
 * @param {number} left
 * @param {number} right
 * @param {number} low
 * @param {number} high
 */
function grid(svg, left, right, low, high) {
  for (let x = Math.ceil(left); x <= right; x++) polyline(svg, [[x, low], [x, high]], "grid");
  for (let y = Math.ceil(low); y <= high; y++) polyline(svg, [[left, y], [right, y]], "grid");
}

/**
 * @param {Element} svg
 * @param {Court["bounces"][number]} bounce
 * @param {number} size of the drawing
 */
function drawBounce(svg, [x, y, major, minor, angle, time], size) {
  const label = say("landed", { time: clock(time, 2), x: digits(x.toFixed(1)), y: digits(y.toFixed(1)) });
  const transform = `translate(${x} ${-y}) rotate(${-angle})`;
  const place = draw("g", { class: "place", tabindex: 0, role: "button", "data-time": time, transform }, svg);
  place.setAttribute("aria-label", label);
  draw("title", {}, place).textContent = label;
  const least = 0.012 * size;
  draw("ellipse", { rx: Math.max(major, least), ry: Math.max(minor, least), class: "band" }, place);
  draw("circle", { r: 0.011 * size }, place);
  place.addEventListener("click", () => showTime(time));
  place.addEventListener("keydown", (event) => {
    if (!(event instanceof KeyboardEvent) || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    showTime(time);
  });
}

/** @param {Element} svg @param {[number, number][]} points @param {string} kind */
function polyline(svg, points, kind) {
  draw("polyline", { points: points.map(([x, y]) => `${x},${-y}`).join(" "), class: kind }, svg);
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {Element} parent */
function draw(name, attributes, parent) {
  const node = document.createElementNS(parent.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return parent.appendChild(node);
}
