// The page's buttons, boxes and sliders.
import { setWindow } from "./charts.js";
import { all, button, element, pressOnly } from "./dom.js";
import { listEvents } from "./event_buttons.js";
import { drawOverlay } from "./overlay.js";
import { OPENS, page } from "./page_data.js";
import { choosePerson, followChoice } from "./person.js";
import { film, goTo, showTime, step, togglePlay } from "./player.js";
import { clock, say } from "./words.js";

const LAYERS = ["ball", "trail", "events", "skeleton", "labels"];
/** A film longer than this opens with a minute in its charts, s. */
const LONG_FILM = 300;
const COPIED_MS = 1600;
const scrub = element("scrub", HTMLInputElement);

/** Put the slider and the clock at a time. @param {number} time */
export function moveSlider(time) {
  const held = document.activeElement === scrub && film.paused;
  if (!held || (Math.abs(Number(scrub.value) - time) > 0.05 && !scrub.matches(":active"))) scrub.value = String(time);
  scrub.setAttribute("aria-valuetext", clock(time, 1));
  element("clock", HTMLElement).textContent = clock(time, 2);
}

export function followButtons() {
  followTransport();
  for (const name of LAYERS) element(`show-${name}`, HTMLInputElement).addEventListener("change", drawOverlay);
  element("person", HTMLSelectElement).addEventListener("change", followChoice);
  for (const one of all("[data-window]")) {
    one.addEventListener("click", () => {
      pressOnly(one);
      setWindow(Number(one.dataset.window));
      listEvents();
    });
  }
  for (const one of all("[data-track]")) {
    one.addEventListener("click", () => choosePerson(`track:${one.dataset.track}`));
  }
  for (const one of all("[data-goto]")) one.addEventListener("click", () => showTime(Number(one.dataset.goto)));
  button("copy").addEventListener("click", copySql);
}

function followTransport() {
  scrub.min = String(page.start);
  scrub.max = String(page.end);
  scrub.value = String(OPENS);
  scrub.addEventListener("input", () => goTo(Number(scrub.value)));
  button("play").addEventListener("click", togglePlay);
  element("picture", HTMLElement).addEventListener("click", togglePlay);
  button("back").addEventListener("click", () => step(-1));
  button("forward").addEventListener("click", () => step(1));
  for (const name of ["play", "pause", "ended"]) film.addEventListener(name, showPlaying);
  for (const one of all("[data-rate]")) {
    one.addEventListener("click", () => {
      film.playbackRate = Number(one.dataset.rate);
      pressOnly(one);
    });
  }
  button("sound").addEventListener("click", () => {
    film.muted = !film.muted;
    button("sound").setAttribute("aria-pressed", String(!film.muted));
  });
  const stage = element("stage", HTMLElement);
  if (!stage.requestFullscreen) button("full").hidden = true;
  button("full").addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else stage.requestFullscreen();
  });
}

function showPlaying() {
  button("play").classList.toggle("playing", !film.paused);
  button("play").setAttribute("aria-label", say(film.paused ? "play" : "pause"));
}

async function copySql() {
  const copy = button("copy"), sql = element("sql", HTMLElement);
  try {
    await navigator.clipboard.writeText(sql.textContent ?? "");
    copy.textContent = say("copied");
  } catch {
    getSelection()?.selectAllChildren(sql);
    copy.textContent = say("selected");
  }
  setTimeout(() => { copy.textContent = say("copy"); }, COPIED_MS);
}

/** The charts of a long film begin with a minute; the timeline shows the whole. */
export function openLongFilm() {
  if (page.end - page.start > LONG_FILM) all("[data-window='60']").forEach((one) => one.click());
}
