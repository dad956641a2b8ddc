// The field from above with everything on it. Blue's goal is at the left, as in the heat maps.
import { element, style } from "./dom.js";
import { frameAt, game, joined, placeAt } from "./frames.js";
import { page } from "./page_data.js";
import { now } from "./state.js";

/** @typedef {import("./types").Track} Track */

/** How far back the trail goes, s. */
const TRAIL = 3;
/** A car's length and width and the ball's radius, uu; on a small screen they are drawn no smaller than LEAST px. */
const CAR = [118, 84], BALL = 93, LEAST = { car: 15, ball: 4.5 };
/** The ceiling: what is as high as this is drawn ENLARGED times larger. */
const CEILING = 2044, ENLARGED = 0.7;
export const TEAM_COLOURS = ["--left", "--right"];

/** Fields wider than this have names, others marks, px; letters of a name. */
const NAMES_FROM = 620;
const LETTERS = 12;
/** Height of a name, px. */
const LINE = 12;

/** @param {string} name */
function short(name) {
  const letters = [...name];
  return letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join("")}…` : name;
}

/** @param {string} name */
function layer(name) {
  return element(`show-${name}`, HTMLInputElement).checked;
}

export function drawField() {
  const canvas = element("field", HTMLCanvasElement), ratio = window.devicePixelRatio || 1;
  const wide = canvas.clientWidth, high = canvas.clientHeight;
  const g = canvas.getContext("2d");
  if (!wide || !high || !g) return;
  if (canvas.width !== Math.round(wide * ratio)) canvas.width = Math.round(wide * ratio);
  if (canvas.height !== Math.round(high * ratio)) canvas.height = Math.round(high * ratio);
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, wide, high);
  const [across, along] = page.field.extent, scale = Math.min(wide / (2 * along), high / (2 * across));
  /** @param {number} x @param {number} y @returns {[number, number]} px */
  const at = (x, y) => [wide / 2 + y * scale, high / 2 - x * scale];
  drawGround(g, at, scale);
  if (!game.frames) return;
  if (layer("trail")) {
    const chosen = now.player === null ? null : game.frames.cars[now.player];
    if (chosen && now.player !== null) trail(g, chosen, at, style(TEAM_COLOURS[page.players[now.player].team]));
    trail(g, game.frames.ball, at, style("--ball"));
  }
  game.frames.cars.forEach((_, i) => drawCar(g, i, at, scale, wide));
  drawBall(g, at, scale);
}

/**
 * @param {CanvasRenderingContext2D} g
 * @param {(x: number, y: number) => [number, number]} at
 * @param {number} scale
 */
function drawGround(g, at, scale) {
  g.lineWidth = 1.2;
  page.field.lines.forEach((points, i) => {
    g.strokeStyle = style(i === 0 ? "--soft" : "--line");
    g.beginPath();
    for (const [x, y] of points) g.lineTo(...at(x, y));
    g.stroke();
  });
  if (page.field.circle) {
    g.beginPath();
    g.arc(...at(0, 0), page.field.circle * scale, 0, 7);
    g.stroke();
  }
  g.fillStyle = style("--line");
  for (const [pads, radius] of /** @type {[[number, number][], number][]} */ ([[page.field.big, 140], [page.field.small, 60]])) {
    for (const [x, y] of pads) {
      g.beginPath();
      g.arc(...at(x, y), Math.max(radius * scale, 1.3), 0, 7);
      g.fill();
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} g
 * @param {Track} track
 * @param {(x: number, y: number) => [number, number]} at
 * @param {string} colour
 */
function trail(g, track, at, colour) {
  const last = frameAt(now.time), here = placeAt(track, now.time);
  if (!game.frames || !here) return;
  g.strokeStyle = colour;
  g.lineWidth = 2;
  g.lineCap = "round";
  for (let i = frameAt(now.time - TRAIL); i <= last; i++) {
    if (i < 0 || !(i === last || joined(track, i))) continue;
    g.globalAlpha = Math.max(0.06, 0.75 * (1 - (now.time - game.frames.times[i]) / TRAIL));
    g.beginPath();
    g.moveTo(...at(track.x[i], track.y[i]));
    if (i < last) g.lineTo(...at(track.x[i + 1], track.y[i + 1]));
    else g.lineTo(...at(here.x, here.y));
    g.stroke();
  }
  g.globalAlpha = 1;
}

/** @param {number} z */
function larger(z) {
  return 1 + ENLARGED * Math.min(Math.max(z, 0) / CEILING, 1);
}

/**
 * @param {CanvasRenderingContext2D} g
 * @param {number} i of the player
 * @param {(x: number, y: number) => [number, number]} at
 * @param {number} scale
 * @param {number} wide
 */
function drawCar(g, i, at, scale, wide) {
  const place = game.frames ? placeAt(game.frames.cars[i], now.time) : null, player = page.players[i];
  if (!place) return;
  const size = (Math.max(CAR[0] * scale, LEAST.car) * larger(place.z)) / CAR[0], [x, y] = at(place.x, place.y);
  g.save();
  g.translate(x, y);
  if (layer("boost") && place.boost !== null) {
    g.lineWidth = 2.4;
    g.strokeStyle = style("--line");
    g.beginPath();
    g.arc(0, 0, CAR[0] * size * 0.82, 0, 7);
    g.stroke();
    g.strokeStyle = style("--ball");
    g.beginPath();
    g.arc(0, 0, CAR[0] * size * 0.82, -Math.PI / 2, -Math.PI / 2 + (place.boost / 100) * 2 * Math.PI);
    g.stroke();
  }
  g.save();
  g.rotate(place.yaw - Math.PI / 2);   // a car along +y points to the right
  const long = (CAR[0] * size) / 2, half = (CAR[1] * size) / 2;
  g.beginPath();
  g.moveTo(-long, -half);
  g.lineTo(long * 0.35, -half);
  g.lineTo(long * 1.2, 0);
  g.lineTo(long * 0.35, half);
  g.lineTo(-long, half);
  g.closePath();
  g.fillStyle = style(TEAM_COLOURS[player.team]);
  g.fill();
  if (i === now.player) {
    g.lineWidth = 2;
    g.strokeStyle = style("--ink");
    g.stroke();
  }
  g.restore();
  if (layer("names")) {
    g.font = `600 11px ${getComputedStyle(document.body).fontFamily}`;
    g.textAlign = "center";
    g.textBaseline = "top";
    g.lineWidth = 3;
    g.strokeStyle = style("--surface");
    g.fillStyle = style("--ink");
    const text = i === now.player || wide > NAMES_FROM ? short(player.name) : player.mark;
    const away = CAR[0] * size * 0.82 + 3, half = g.measureText(text).width / 2;
    const below = y + away + LINE < g.canvas.clientHeight ? away : -away - LINE;
    const beside = Math.min(Math.max(0, half + 2 - x), wide - half - 2 - x);
    g.strokeText(text, beside, below);
    g.fillText(text, beside, below);
  }
  g.restore();
}

/**
 * @param {CanvasRenderingContext2D} g
 * @param {(x: number, y: number) => [number, number]} at
 * @param {number} scale
 */
function drawBall(g, at, scale) {
  const place = game.frames ? placeAt(game.frames.ball, now.time) : null;
  if (!place) return;
  const [x, y] = at(place.x, place.y), radius = Math.max(BALL * scale, LEAST.ball);
  g.globalAlpha = 0.25;
  g.fillStyle = style("--ink");
  g.beginPath();
  g.arc(x, y, radius, 0, 7);   // its place on the ground
  g.fill();
  g.globalAlpha = 1;
  g.fillStyle = style("--ball");
  g.strokeStyle = style("--surface");
  g.lineWidth = 1.5;
  g.beginPath();
  g.arc(x, y, radius * larger(place.z) * (1 + (0.5 * Math.max(place.z, 0)) / CEILING), 0, 7);
  g.fill();
  g.stroke();
}
