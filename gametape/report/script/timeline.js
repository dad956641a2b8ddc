// The whole film in lanes, whatever the charts below show: shots, flights, events, rallies, strokes, the chosen person,
// and evidence as marks to press.
import { Chart } from "./charts.js";
import { bytesOf, element, style } from "./dom.js";
import { lightCard } from "./findings.js";
import { events, page } from "./page_data.js";
import { choosePerson } from "./person.js";
import { goTo } from "./player.js";
import { eventTicks, NO_VALUE } from "./plot.js";
import { now, view } from "./state.js";
import { clock, say } from "./words.js";

/**
 * @typedef {import("./types").Evidence} Evidence
 * @typedef {{one: Evidence, span: [number, number, number], row: number}} Mark
 * @typedef {{g: CanvasRenderingContext2D, top: number, chart: Chart, bar: (start: number, end: number) => void}} Lane
 */

const LANE = 15, BAR = LANE - 5;
const MOST_MARK_ROWS = 4;
/** A mark takes at least this share of the film. */
const LEAST_MARK = 1 / 150;

/** What each lane draws, by the word it is called by. @type {Record<string, (lane: Lane) => void>} */
const DRAW = {
  shots: ({ g, bar }) => {
    g.fillStyle = style("--soft");
    page.shots.slice(1).forEach(([, start]) => bar(start, start));
  },
  flights: ({ g, bar }) => {
    g.fillStyle = style("--ball");
    page.flights.forEach(([start, end], i) => {
      g.globalAlpha = i % 2 ? 0.55 : 0.9;
      bar(start, end);
    });
  },
  events: ({ g, top, chart }) => eventTicks(g, top + BAR, chart, top),
  rallies: ({ g, bar }) => {
    g.fillStyle = style("--accent");
    g.globalAlpha = 0.55;
    page.rallies.forEach(([start, end]) => bar(start, end));
  },
  strokes: ({ g, bar }) => {
    g.fillStyle = style("--hit");
    for (const [start, contact, end, track] of page.strokes) {
      if (track !== now.person && now.person !== null) continue;
      g.globalAlpha = 0.35;
      bar(start, end);
      g.globalAlpha = 1;
      bar(contact, contact);
    }
  },
  persons: ({ g, bar }) => {
    g.fillStyle = style("--left");
    for (const [start, end] of personSpans()) bar(start, end);
  },
};

/** @returns {string[]} the lanes that have something to show */
function lanesShown() {
  const known = {
    shots: page.shots.length > 1,
    flights: page.flights.length,
    events: events.length,
    rallies: page.rallies.length,
    strokes: page.strokes.length,
    persons: page.series.angles.length,
  };
  return Object.entries(known).filter(([, any]) => any).map(([name]) => name);
}

export function timeline() {
  const figure = element("timeline", HTMLElement), drawn = lanesShown(), marks = stackMarks();
  const rows = marks.reduce((most, mark) => Math.max(most, mark.row + 1), 0);
  const titles = [...drawn, ...Array.from({ length: rows }, (_, i) => (i ? "" : "findings"))];
  if (!titles.length) {
    figure.hidden = true;
    return;
  }
  figure.style.setProperty("--lanes", `${titles.length * LANE + 2}px`);
  new Chart(figure, (g, wide, high, chart) => {
    if (now.window) drawWindow(g, high, chart);
    g.textBaseline = "middle";
    g.textAlign = "right";
    titles.forEach((name, i) => {
      const top = i * LANE + 3;
      g.fillStyle = style("--soft");
      if (name) g.fillText(say(name), chart.gutter - 5, top + 5.5);
      g.fillStyle = style("--sunken");
      g.fillRect(chart.gutter, top, wide - chart.gutter, BAR);
      /** @param {number} start @param {number} end */
      const bar = (start, end) => g.fillRect(chart.x(start), top, Math.max(chart.x(end) - chart.x(start), 1), BAR);
      DRAW[name]?.({ g, top, chart, bar });
      g.globalAlpha = 1;
    });
  }, () => [page.start, page.end]);
  placeMarks(figure, marks, drawn.length);
}

/** The stretch that the charts below show. @param {CanvasRenderingContext2D} g @param {number} high @param {Chart} chart */
function drawWindow(g, high, chart) {
  const [from, to] = view(), left = chart.x(from), right = chart.x(Math.min(to, page.end));
  g.fillStyle = style("--line");
  g.fillRect(left - 1, 0, Math.max(right - left, 2) + 2, high);
}

/** @returns {[start: number, end: number][]} where angles of the chosen person are known */
function personSpans() {
  const run = page.series.angles.find((one) => one.track === now.person);
  if (!run) return [];
  const bytes = bytesOf(run.data), { start_s, bucket_s } = page.series;
  /** @param {number} i */
  const at = (i) => start_s + (run.first + i) * bucket_s;
  /** @param {number} i */
  const seen = (i) => page.angles.some((_, angle) => bytes[angle * run.buckets + i] !== NO_VALUE);
  /** @type {[number, number][]} */
  const spans = [];
  for (let i = 0, from = -1; i <= run.buckets; i++) {
    const here = i < run.buckets && seen(i);
    if (here && from < 0) from = i;
    if (!here && from >= 0) {
      spans.push([at(from), at(i)]);
      from = -1;
    }
  }
  return spans;
}

/** @returns {Mark[]} evidence in rows, so that spans do not hide one another */
function stackMarks() {
  const marks = page.evidence.flatMap((one) => one.spans.map((span) => ({ one, span, row: 0 })));
  marks.sort((a, b) => a.span[0] - b.span[0]);
  /** @type {number[]} the end of each row */
  const ends = [];
  for (const mark of marks) {
    const [start, end] = mark.span, free = ends.findIndex((last) => last <= start);
    if (free >= 0) mark.row = free;
    else mark.row = ends.length < MOST_MARK_ROWS ? ends.length : ends.indexOf(Math.min(...ends));
    ends[mark.row] = Math.max(end, start + LEAST_MARK * (page.end - page.start));
  }
  return marks;
}

/** @param {HTMLElement} figure @param {Mark[]} marks @param {number} firstRow lanes above them */
function placeMarks(figure, marks, firstRow) {
  const share = 100 / Math.max(page.end - page.start, 1e-6);
  figure.querySelector(".marks")?.replaceChildren(...marks.map(({ one, span: [start, end, worst], row }) => {
    const mark = document.createElement("button");
    mark.type = "button";
    mark.className = one.severity;
    mark.tabIndex = -1;   // the cards' buttons are the keyboard's way
    mark.title = `${one.title}, ${clock(start, 2)}–${clock(end, 2)}`;
    mark.setAttribute("aria-label", mark.title);
    mark.style.left = `${share * (start - page.start)}%`;
    mark.style.width = `${share * (end - start)}%`;
    mark.style.top = `${(firstRow + row) * LANE + 3}px`;
    mark.addEventListener("click", () => {
      choosePerson(one.subject);
      goTo(worst);
      lightCard(one.card);
    });
    return mark;
  }));
}
