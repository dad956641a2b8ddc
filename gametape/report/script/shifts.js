// Buttons that play a stretch of the film: shifts, clips, places where a player may be.
import { all } from "./dom.js";
import { EPSILON } from "./page_data.js";
import { film, goTo, onTime, showTime } from "./player.js";

/** Whoever moves the film this far past the end of what plays wants to see on, s. */
const JUMP = 1;
/**
 * Where the stretch that plays ends, s; null: the film plays on.
 * @type {number | null}
 */
let until = null;
const rows = all("[data-from]");

/** Let buttons play their stretch, and mark the shift that the film is at. */
export function followShifts() {
  for (const one of all("[data-play]")) {
    const [start, end] = (one.dataset.play ?? "").split(",").map(Number);
    one.addEventListener("click", async () => {
      showTime(start);
      until = null;
      await goTo(start);
      until = end;
      film.play().catch(() => { until = null; });
    });
  }
  film.addEventListener("pause", () => { until = null; });
  onTime(stopAtEnd);
  onTime(markShift);
}

/** @param {number} time */
function stopAtEnd(time) {
  if (until === null || film.paused || film.seeking || time < until - EPSILON) return;
  const moved = time > until + JUMP;
  until = null;
  if (!moved) film.pause();
}

/** @param {number} time */
function markShift(time) {
  for (const row of rows) {
    const within = time >= Number(row.dataset.from) - EPSILON && time <= Number(row.dataset.to) + EPSILON;
    if (within) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}
