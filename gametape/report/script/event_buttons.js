// The ball's events of the stretch on show as buttons, and marks on what the film is at.
import { find, markCurrent } from "./dom.js";
import { eventFrom } from "./frames.js";
import { FLASH_SECONDS } from "./overlay.js";
import { EPSILON, events, page } from "./page_data.js";
import { film, goTo, showTime } from "./player.js";
import { now, view } from "./state.js";
import { clock, say, whole } from "./words.js";

/** Events offered as buttons at one time. */
const MOST_LISTED = 240;
/** A stroke is marked so long before and after its contact, s. */
const STROKE_SECONDS = 1.5;
let listed = "";

export function listEvents() {
  const list = find("events"), [from, to] = view();
  if (!list || listed === `${from} ${to}`) return;
  listed = `${from} ${to}`;
  const first = eventFrom(from), last = eventFrom(to), shown = events.slice(first, Math.min(last, first + MOST_LISTED));
  list.replaceChildren(...shown.map((event) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.className = `moment ${event.kind}`;
    button.dataset.time = String(event.time);
    button.textContent = `${clock(event.time, 2)} ${say(event.kind)}`;
    button.title = say("event", { kind: say(event.kind), time: clock(event.time, 2), sure: event.confidence });
    button.addEventListener("click", () => showTime(event.time));
    item.append(button);
    return item;
  }));
  if (last - first > shown.length) {
    const item = document.createElement("li");
    item.className = "small";
    item.textContent = say("more", { n: whole(last - first - shown.length) });
    list.append(item);
  }
}

/** Mark the events, landing places and strokes that the film is at. */
export function markWhatIsOn() {
  for (const node of document.querySelectorAll("#events .moment, #court .place")) {
    const time = Number(node.getAttribute("data-time"));
    markCurrent(node, Math.abs(time - now.time) < FLASH_SECONDS / 4);
  }
  for (const [start, contact, end, , place] of page.strokes) {
    const within = now.time >= start - EPSILON && now.time <= end + EPSILON;
    markCurrent(find(`stroke-${place}`), within && Math.abs(now.time - contact) < STROKE_SECONDS);
  }
}

/** Go to the next event by time, or to the one before. @param {number} by */
export function nextEvent(by) {
  if (!events.length) return;
  const halfFrame = (page.end - page.start) / page.frames / 2;
  const at = by > 0 ? eventFrom(now.time + halfFrame) : eventFrom(now.time - halfFrame) - 1;
  film.pause();
  goTo(events[Math.min(Math.max(at, 0), events.length - 1)].time);
}
