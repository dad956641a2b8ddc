// The players beside the field: boost and speed now, and whom the page follows.
import { all } from "./dom.js";
import { game, placeAt } from "./frames.js";
import { page } from "./page_data.js";
import { now, tellChoice, tellTime } from "./state.js";
import { say, whole } from "./words.js";

/** @type {{row: HTMLElement, tank: HTMLElement | null, boost: Element | null, speed: Element | null}[]} */
const rows = all("[data-choose]").map((row) => ({
  row,
  tank: row.querySelector(".tank i"),
  boost: row.querySelector(".boost-now"),
  speed: row.querySelector(".speed-now"),
}));

/** Follow a player. @param {number} place in the list */
export function choose(place) {
  if (place < 0 || place >= page.players.length) return;
  now.player = place;
  rows.forEach(({ row }, i) => row.setAttribute("aria-pressed", String(i === place)));
  tellChoice();
  tellTime();
}

export function nextPlayer() {
  choose(((now.player ?? -1) + 1) % page.players.length);
}

export function showPeople() {
  rows.forEach(({ row, tank, boost, speed }, i) => {
    const place = game.frames ? placeAt(game.frames.cars[i], now.time) : null;
    row.title = place ? "" : say("no_car");
    if (tank) tank.style.width = `${place?.boost ?? 0}%`;
    if (boost) boost.textContent = place?.boost === null || !place ? "–" : String(place.boost);
    if (speed) speed.textContent = place?.speed === null || !place ? "–" : whole(place.speed);
  });
}

export function followPeople() {
  rows.forEach(({ row }, i) => row.addEventListener("click", () => choose(i)));
}
