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

/**
 * Make a player the one whom the page is about: the field follows him, his columns are marked, his findings come first.
 * @param {number} place in the list
 */
export function about(place) {
  if (place < 0) return;
  choose(place);
  for (const row of all(".lobby tr")) {
    [...row.children].forEach((cell, i) => cell.classList.toggle("mine", i === place + 1));
  }
  const groups = all("[data-of]"), own = groups.find((one) => one.dataset.of === String(place));
  if (!(own instanceof HTMLDetailsElement)) return;
  for (const one of groups) if (one instanceof HTMLDetailsElement) one.open = one === own;
  if (groups[0] !== own) groups[0].before(own);
}

/** The player whom the page's address names behind #player=; -1 where it names nobody of the game. */
export function named() {
  const key = new URLSearchParams(location.hash.slice(1)).get("player");
  return key ? page.players.findIndex((one) => one.key === key) : -1;
}

export function followPeople() {
  rows.forEach(({ row }, i) => {
    row.addEventListener("click", () => {
      about(i);
      const { key } = page.players[i];
      history.replaceState(null, "", key ? `#player=${encodeURIComponent(key)}` : location.pathname + location.search);
    });
  });
  addEventListener("hashchange", () => about(named()));
}
