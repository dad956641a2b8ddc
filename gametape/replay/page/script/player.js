// The game's clock: plays, stops, and goes to a time. Everything that moves the game comes here.
import { element } from "./dom.js";
import { frameAt, game } from "./frames.js";
import { page } from "./page_data.js";
import { now, tellTime } from "./state.js";

/** @type {(() => void)[]} */
const playListeners = [];
let last = 0;

/** Call something whenever the game starts or stops. @param {() => void} listener */
export function onPlay(listener) {
  playListeners.push(listener);
}

/** @param {number} time seconds */
export function goTo(time) {
  now.time = Math.min(Math.max(time, page.start), page.end);
  tellTime();
}

/** @param {boolean} playing */
function setPlaying(playing) {
  now.playing = playing;
  last = 0;
  for (const listener of playListeners) listener();
  if (playing) requestAnimationFrame(tick);
}

export function togglePlay() {
  if (!game.frames) return;
  if (!now.playing && now.time >= page.end - 1e-3) goTo(page.start);
  setPlaying(!now.playing);
}

export function stop() {
  if (now.playing) setPlaying(false);
}

/** @param {number} moment ms */
function tick(moment) {
  if (!now.playing) return;
  const passed = last ? Math.min(moment - last, 250) / 1000 : 0;   // a tab that slept does not leap
  last = moment;
  goTo(now.time + passed * now.rate);
  if (now.time >= page.end - 1e-3) setPlaying(false);
  else requestAnimationFrame(tick);
}

/** Stop, and move by whole frames. @param {number} by */
export function step(by) {
  stop();
  const times = game.frames?.times;
  if (!times?.length) return;
  goTo(times[Math.min(Math.max(frameAt(now.time) + by, 0), times.length - 1)]);
}

/** Stop, show a time, and bring the field into sight. @param {number} time */
export function showTime(time) {
  stop();
  goTo(time);
  const player = element("player", HTMLElement), box = player.getBoundingClientRect();
  if (box.bottom < 80 || box.top > innerHeight - 80) player.scrollIntoView({ block: "start" });
}
