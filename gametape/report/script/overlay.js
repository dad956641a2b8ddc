// What is drawn over the film: skeletons, the ball and its trail, events, names and figures.
import { chunkOf, loaded } from "./chunks.js";
import { element } from "./dom.js";
import { anglesAt, ballAt, eventFrom, peopleAt, shotAt, shotOf } from "./frames.js";
import { events, page } from "./page_data.js";
import { drawFollowed } from "./followed.js";
import { drawPresenter, presenterLabel } from "./presenter.js";
import { now } from "./state.js";
import { degrees, personName, say, speedText } from "./words.js";

/**
 * @typedef {import("./types").Point} Point
 * @typedef {import("./types").Ball} Ball
 * @typedef {import("./types").Person} Person
 */

const TRAIL_SECONDS = 0.7;
/** An event is marked on the film so long before and after it, s. */
export const FLASH_SECONDS = 0.3;
/** Keypoints that a bone joins, and its side: 0 middle, 1 left, 2 right. @type {[string, string, number][]} */
const BONES = [
  ["left_shoulder", "right_shoulder", 0], ["left_hip", "right_hip", 0],
  ["left_shoulder", "left_hip", 1], ["right_shoulder", "right_hip", 2],
  ["left_shoulder", "left_elbow", 1], ["left_elbow", "left_wrist", 1],
  ["right_shoulder", "right_elbow", 2], ["right_elbow", "right_wrist", 2],
  ["left_hip", "left_knee", 1], ["left_knee", "left_ankle", 1],
  ["right_hip", "right_knee", 2], ["right_knee", "right_ankle", 2],
  ["left_ankle", "left_heel", 1], ["left_heel", "left_toe", 1], ["left_ankle", "left_toe", 1],
  ["right_ankle", "right_heel", 2], ["right_heel", "right_toe", 2], ["right_ankle", "right_toe", 2],
  ["left_wrist", "left_index", 1], ["left_wrist", "left_thumb", 1],
  ["right_wrist", "right_index", 2], ["right_wrist", "right_thumb", 2],
];
const SIDES = ["#f4f6f8", "#4cc3ff", "#ff8a5c"];
/** @type {Record<string, string>} */
const EVENT_INK = { hit: "#ff5d8f", bounce: "#7cf29a", impact: "#c9b6ff", net: "#c9b6ff", release: "#ff5d8f" };
const BALL = "#ffd60a", CASING = "rgba(0,0,0,.62)", WHITE = "#fff", LABEL_GROUND = "rgba(0,0,0,.66)";
/** Every line is drawn twice: a dark casing, then the ink. */
const PASSES = [0, 1];

const canvas = element("overlay", HTMLCanvasElement), picture = element("picture", HTMLElement);
/** The labels of this frame, by their place from the top. @type {{x: number, y: number, wide: number}[]} */
const labels = [];

/** @param {string} name @returns {boolean} is that layer switched on? */
function on(name) {
  return element(`show-${name}`, HTMLInputElement).checked;
}

/** Canvas, the scale of a line, and where a point of the source picture is on the canvas. */
class Pen {
  constructor() {
    const ratio = window.devicePixelRatio || 1, wide = picture.clientWidth, high = picture.clientHeight;
    if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(high * ratio)) {
      canvas.width = Math.round(wide * ratio);
      canvas.height = Math.round(high * ratio);
    }
    this.g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.g.setTransform(1, 0, 0, 1, 0, 0);
    this.g.clearRect(0, 0, canvas.width, canvas.height);
    this.g.lineCap = this.g.lineJoin = "round";
    this.unit = ratio * Math.max(0.75, Math.min(1.6, wide / 720));
  }

  /** @param {Point} point @returns {[number, number]} */
  at(point) {
    return [(point.x * canvas.width) / page.width, (point.y * canvas.height) / page.height];
  }

  /** @param {Point} from @param {Point} to */
  line(from, to) {
    this.g.beginPath();
    this.g.moveTo(...this.at(from));
    this.g.lineTo(...this.at(to));
    this.g.stroke();
  }
}

/** Draw the frame on show. */
export function drawOverlay() {
  const pen = new Pen();
  if (now.frame < 0) return;
  labels.length = 0;
  const people = on("skeleton") || on("labels") ? peopleAt(now.frame) : [];
  if (on("skeleton")) people.forEach((person) => drawSkeleton(pen, person));
  if (on("trail")) drawTrail(pen);
  if (on("ball")) drawBall(pen);
  if (on("events")) drawEvents(pen);
  if (page.presenter && on("presenter")) drawPresenter(pen.g, pen.unit, (point) => pen.at(point));
  const ringed = page.followed.length && on("followed") ? drawFollowed(pen.g, pen.unit, (point) => pen.at(point)) : [];
  if (on("labels")) drawLabels(pen, people);
  for (const one of ringed) drawLabel(pen, one.who, one.x - 14 * pen.unit, one.y - 12 * pen.unit, WHITE);
}

/** @param {Pen} pen @param {Person} person */
function drawSkeleton(pen, person) {
  const { g, unit } = pen, chosen = person.track === now.person;
  const strength = (chosen ? 1 : 0.6) * (person.exact && !person.filled ? 1 : 0.55);
  g.setLineDash(person.filled ? [unit * 4, unit * 5] : []);   // nobody was seen here: put between two sights
  for (const pass of PASSES) {
    for (const [from, to, side] of BONES) {
      const a = person.points.get(from), b = person.points.get(to);
      if (!a || !b) continue;
      g.globalAlpha = strength * (0.45 + 0.55 * Math.min(a.confidence, b.confidence));
      g.strokeStyle = pass ? SIDES[side] : CASING;
      g.lineWidth = unit * ((chosen ? 2.6 : 1.8) + (pass ? 0 : 2));
      pen.line(a, b);
    }
  }
  g.setLineDash([]);
  for (const [name, point] of person.points) {
    if (/eye|ear|thumb|index/.test(name)) continue;
    g.globalAlpha = strength * (0.45 + 0.55 * point.confidence);
    g.fillStyle = SIDES[name.startsWith("left") ? 1 : name.startsWith("right") ? 2 : 0];
    g.strokeStyle = CASING;
    g.lineWidth = unit;
    g.beginPath();
    g.arc(...pen.at(point), unit * (chosen ? 3.2 : 2.4), 0, 7);
    g.fill();
    g.stroke();
  }
  g.globalAlpha = 1;
}

/**
 * The ball's way so far: thick where it was detected, thin where it was filled in, none across gaps and cuts.
 * @param {Pen} pen
 */
function drawTrail(pen) {
  const { g, unit } = pen, points = trailPoints();
  for (let i = points.length - 1; i > 0; i--) {
    const [before, a] = points[i], [after, b] = points[i - 1];
    if (after - before > 1) continue;
    const fresh = 1 - (now.time - b.time) / TRAIL_SECONDS, detected = a.detected && b.detected;
    for (const pass of PASSES) {
      g.globalAlpha = Math.max(0.08, fresh) * (pass ? 1 : 0.5);
      g.strokeStyle = pass ? BALL : CASING;
      g.lineWidth = unit * ((detected ? 1 + 2 * fresh : 1) + (pass ? 0 : 1.6));
      pen.line(a, b);
    }
  }
  g.globalAlpha = 1;
}

/** @returns {[frame: number, ball: Ball][]} backwards from the frame on show, within the shot */
function trailPoints() {
  /** @type {[number, Ball][]} */
  const points = [];
  const shot = shotOf(now.frame), since = now.time - TRAIL_SECONDS;
  for (let frame = now.frame; frame >= 0; frame--) {
    const chunk = loaded(chunkOf(frame));
    if (!chunk || shotOf(frame) !== shot || chunk.times[frame - chunk.first] < since) break;
    const ball = ballAt(frame);
    if (ball) points.push([frame, ball]);
  }
  return points;
}

/** @param {Pen} pen */
function drawBall(pen) {
  const { g, unit } = pen, ball = ballAt(now.frame);
  if (!ball) return;
  g.setLineDash(ball.detected ? [] : [unit * 3, unit * 3]);
  for (const pass of PASSES) {
    g.strokeStyle = pass ? BALL : CASING;
    g.lineWidth = unit * (pass ? 2 : 4);
    g.beginPath();
    g.arc(...pen.at(ball), unit * 8, 0, 7);
    g.stroke();
  }
  g.setLineDash([]);
}

/**
 * The events about now, strongest at their time. A hit is a star, a bounce a shallow ring, the rest a cross.
 * @param {Pen} pen
 */
function drawEvents(pen) {
  const { g, unit } = pen, shot = shotOf(now.frame), until = now.time + FLASH_SECONDS;
  for (let i = eventFrom(now.time - FLASH_SECONDS); i < events.length && events[i].time <= until; i++) {
    const event = events[i], share = Math.abs(now.time - event.time) / FLASH_SECONDS;
    if (page.shots.length && shotAt(event.time) !== shot) continue;
    const [x, y] = pen.at(event), radius = unit * (13 + 7 * share), ink = EVENT_INK[event.kind] ?? WHITE;
    for (const pass of PASSES) {
      g.globalAlpha = (1 - share) ** 0.7;
      g.strokeStyle = pass ? ink : CASING;
      g.lineWidth = unit * (pass ? 2.4 : 4.6);
      g.beginPath();
      if (event.kind === "bounce") g.ellipse(x, y + 3 * unit, 1.5 * radius, 0.5 * radius, 0, 0, 7);
      else star(g, x, y, radius, event.kind === "hit" ? 8 : 4);
      g.stroke();
    }
    g.globalAlpha = 1 - share;
    drawLabel(pen, say(event.kind), x + 1.6 * radius, y + 16 * unit, ink);
  }
  g.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} g @param {number} x @param {number} y @param {number} radius @param {number} rays */
function star(g, x, y, radius, rays) {
  for (let k = 0; k < rays; k++) {
    const angle = (Math.PI * 2 * (k + 0.5)) / rays, across = Math.cos(angle) * radius, down = Math.sin(angle) * radius;
    g.moveTo(x + across * 0.75, y + down * 0.75);
    g.lineTo(x + across * 1.35, y + down * 1.35);
  }
}

/**
 * A name or a figure on the film; where another is already, it goes below that.
 * @param {Pen} pen
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {string} ink
 */
function drawLabel({ g, unit }, text, x, y, ink) {
  g.font = `600 ${Math.round(12 * unit)}px system-ui, sans-serif`;
  g.textBaseline = "middle";
  g.textAlign = "left";
  const wide = g.measureText(text).width + 8 * unit, high = 17 * unit;
  x = Math.min(Math.max(x, 0), canvas.width - wide);
  y = Math.min(Math.max(y, high / 2), canvas.height - high / 2);
  for (const other of labels) {
    const overlaps = x < other.x + other.wide && other.x < x + wide && Math.abs(y - other.y) < high;
    if (overlaps) y = other.y + high + unit;
  }
  labels.push({ x, y, wide });
  labels.sort((a, b) => a.y - b.y);
  g.fillStyle = LABEL_GROUND;
  g.beginPath();
  g.roundRect(x, y - high / 2, wide, high, 4 * unit);
  g.fill();
  g.fillStyle = ink;
  g.fillText(text, x + 4 * unit, y + unit * 0.5);
}

/** @param {Pen} pen @param {Person[]} people */
function drawLabels(pen, people) {
  const { unit } = pen;
  if (page.presenter && on("presenter")) drawLabel(pen, presenterLabel(), 6 * unit, 14 * unit, WHITE);
  for (const person of people) {
    const points = [...person.points.values()].map((point) => pen.at(point));
    const top = Math.min(...points.map(([, y]) => y)), middle = points.reduce((sum, [x]) => sum + x, 0) / points.length;
    drawLabel(pen, personName(person.track), middle - 26 * unit, top - 16 * unit, WHITE);
    if (person.track === now.person && person.exact && !person.filled) drawAngles(pen, person, middle);
  }
  const ball = ballAt(now.frame);
  if (ball && ball.speed !== null && on("ball") && page.speed_unit !== "px/s") {   // beside a ball, px/s tells nobody anything
    const [x, y] = pen.at(ball);
    drawLabel(pen, speedText(ball.speed), x + 13 * unit, y - 14 * unit, BALL);
  }
}

/** @param {Pen} pen @param {Person} person @param {number} middle of the body, across the canvas */
function drawAngles(pen, person, middle) {
  const { unit } = pen, angles = anglesAt(now.frame, person.track);
  for (const joint of ["left_knee", "right_knee", "left_elbow", "right_elbow"]) {
    const point = person.points.get(joint), angle = angles?.[joint];
    if (!point || angle === null || angle === undefined) continue;
    const [x, y] = pen.at(point), beside = x < middle ? x - 44 * unit : x + 9 * unit;
    drawLabel(pen, degrees(angle), beside, y, SIDES[joint.startsWith("left") ? 1 : 2]);
  }
}
