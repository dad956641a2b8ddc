// Starts the page: the field that plays, and charts and lists that move it.
import { followButtons, markMoments, moveSlider, showScore } from "./buttons.js";
import { drawCharts, moveChartHeads, startCharts } from "./charts.js";
import { element } from "./dom.js";
import { drawField } from "./field.js";
import { followFolds } from "./folds.js";
import { loadFrames } from "./frames.js";
import { followKeys } from "./keyboard.js";
import { page } from "./page_data.js";
import { about, choose, followPeople, named, showPeople } from "./people.js";
import { now, onTime } from "./state.js";
import { timeline } from "./timeline.js";
import { say } from "./words.js";

onTime(drawField);
onTime(moveSlider);
onTime(showScore);
onTime(showPeople);
onTime(moveChartHeads);
onTime(markMoments);

followButtons();
followPeople();
followKeys();
followFolds();
timeline();
startCharts();
new ResizeObserver(drawField).observe(element("field", HTMLCanvasElement));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  drawCharts();
  drawField();
});
const who = named() >= 0 ? named() : page.about;
if (who >= 0) about(who);
else choose(page.chosen);
loadFrames().then((failure) => {
  const notice = element("notice", HTMLElement);
  notice.textContent = failure ? say(failure) : "";
  notice.hidden = !failure;
  document.documentElement.dataset.ready = failure || "yes";
  drawCharts();
  choose(now.player ?? page.chosen);
});
