// The whole game in lanes: goals, shots, saves, demolitions, kickoffs, aerials, and the evidence of findings.
import { element, style } from "./dom.js";
import { Chart } from "./charts.js";
import { TEAM_COLOURS } from "./field.js";
import { page } from "./page_data.js";
import { choose } from "./people.js";
import { goTo } from "./player.js";
import { now, view } from "./state.js";
import { clock, say } from "./words.js";

const LANE = 15, BAR = 11, KINDS = ["goal", "shot", "save", "demo", "kickoff", "aerial"];

export function timeline() {
  const figure = element("timeline", HTMLElement);
  const kinds = KINDS.filter((kind) => page.moments.some((one) => one.kind === kind));
  const rows = [...kinds, ...(page.evidence.length ? ["findings"] : [])];
  if (!rows.length) {
    figure.hidden = true;
    return;
  }
  figure.style.setProperty("--lanes", `${rows.length * LANE + 2}px`);
  new Chart(figure, (g, wide, high, chart) => {
    if (now.window) {
      const [from, to] = view(), left = chart.x(from), right = chart.x(Math.min(to, page.end));
      g.fillStyle = style("--line");
      g.fillRect(left - 1, 0, Math.max(right - left, 2) + 2, high);
    }
    g.textBaseline = "middle";
    g.textAlign = "right";
    rows.forEach((kind, row) => {
      const top = row * LANE + 3;
      g.fillStyle = style("--soft");
      g.fillText(say(kind), chart.gutter - 5, top + 5.5);
      g.fillStyle = style("--sunken");
      g.fillRect(chart.gutter, top, wide - chart.gutter, BAR);
      for (const one of page.moments) {
        if (one.kind !== kind) continue;
        g.fillStyle = style(one.team === null ? "--soft" : TEAM_COLOURS[one.team]);
        const wider = kind === "goal" ? 2.5 : 1;
        g.fillRect(chart.x(one.time) - wider, top, 2 * wider, BAR);
      }
    });
  }, () => [page.start, page.end]);
  placeMarks(figure, kinds.length);
}

/** @param {HTMLElement} figure @param {number} lanes above the evidence */
function placeMarks(figure, lanes) {
  const share = 100 / Math.max(page.end - page.start, 1e-6), host = figure.querySelector(".marks");
  /** @param {string} name @param {string} kind @param {[number, number, number]} span @param {number} row @param {() => void} act */
  const mark = (name, kind, [start, end, worst], row, act) => {
    const node = document.createElement("button");
    node.type = "button";
    node.className = kind;
    node.tabIndex = -1;   // the lists' buttons are the keyboard's way
    node.title = `${name}, ${clock(worst)}`;
    node.setAttribute("aria-label", node.title);
    node.style.left = `${share * (start - page.start)}%`;
    node.style.width = `${share * (end - start)}%`;
    node.style.top = `${row * LANE + 3}px`;
    node.addEventListener("click", act);
    host?.append(node);
  };
  for (const one of page.evidence) {
    for (const span of one.spans) {
      mark(one.title, one.severity, span, lanes, () => {
        if (one.player !== null) choose(one.player);
        goTo(span[0]);
        document.getElementById(`card-${one.card}`)?.scrollIntoView({ block: "nearest" });
      });
    }
  }
}
