// The chosen person: whose angles the charts show and whose skeleton stands out.
import { drawCharts } from "./charts.js";
import { element } from "./dom.js";
import { drawOverlay } from "./overlay.js";
import { page } from "./page_data.js";
import { showReadout } from "./readout.js";
import { now } from "./state.js";

/** @returns {HTMLSelectElement} */
function choice() {
  return element("person", HTMLSelectElement);
}

/**
 * Choose the person that a finding or a stroke is about; a subject that is nobody's changes nothing.
 * @param {string | undefined} subject such as "track:3"
 */
export function choosePerson(subject) {
  const track = Number(/^track:(-?\d+)$/.exec(subject ?? "")?.[1]);
  if (!page.tracks.includes(track)) return;
  choice().value = String(track);
  followChoice();
}

/** Show everything for the person that is chosen on the page. */
export function followChoice() {
  now.person = page.tracks.length ? Number(choice().value) : null;
  drawCharts();
  drawOverlay();
  showReadout();
}
