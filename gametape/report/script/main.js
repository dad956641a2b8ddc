// Starts the page: the film with what was measured drawn over it, and charts and lists that move the film.
import { angleChart } from "./angle_charts.js";
import { heightChart, speedChart } from "./ball_charts.js";
import { followButtons, moveSlider, openLongFilm } from "./buttons.js";
import { drawCharts, moveChartHeads } from "./charts.js";
import { drawCourt } from "./court.js";
import { element } from "./dom.js";
import { listEvents, markWhatIsOn } from "./event_buttons.js";
import { followChips } from "./findings.js";
import { followFolds } from "./folds.js";
import { followKeys } from "./keyboard.js";
import { drawOverlay } from "./overlay.js";
import { followChoice } from "./person.js";
import { onFrame, onTime, startPlayer } from "./player.js";
import { showPresenter } from "./presenter.js";
import { showReadout } from "./readout.js";
import { followShifts } from "./shifts.js";
import { timeline } from "./timeline.js";

onFrame(drawOverlay);
onFrame(showReadout);
onFrame(showPresenter);
onTime(moveSlider);
onTime(moveChartHeads);
onTime(listEvents);
onTime(markWhatIsOn);

followChips();   // before the buttons: a chip first chooses the person
followButtons();
followShifts();
followKeys();
followFolds();
openLongFilm();
timeline();
speedChart();
heightChart();
angleChart("chart-knee");
angleChart("chart-elbow");
drawCourt();
followChoice();
new ResizeObserver(drawOverlay).observe(element("picture", HTMLElement));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
startPlayer(drawCharts);
