// The frame on show in figures, below the film.
import { element } from "./dom.js";
import { anglesAt, ballAt } from "./frames.js";
import { now } from "./state.js";
import { clock, degrees, say, speedText } from "./words.js";

export function showReadout() {
  const known = now.frame >= 0, angles = known ? anglesAt(now.frame, now.person) : null;
  put("at-frame", known ? String(now.frame) : "…");
  put("at-time", clock(now.time, 3));
  showBall(known);
  /** @param {string} name */
  const angle = (name) => {
    const value = angles?.[name];
    return value === null || value === undefined ? "–" : degrees(value).replace("-", "−");
  };
  put("at-knee", `${angle("left_knee")} · ${angle("right_knee")}`);
  put("at-elbow", `${angle("left_elbow")} · ${angle("right_elbow")}`);
  put("at-trunk", angle("trunk_lean"));
}

/** @param {boolean} known is the frame's data loaded? */
function showBall(known) {
  const ball = known ? ballAt(now.frame) : null;
  if (!known) put("at-ball", "…");
  else if (!ball) put("at-ball", "", say("not_seen"));
  else put("at-ball", ball.speed === null ? say("no_speed") : speedText(ball.speed), ball.detected ? "" : ` ${say("filled")}`);
}

/**
 * @param {string} id
 * @param {string} text
 * @param {string} [quiet] text that is set back
 */
function put(id, text, quiet = "") {
  const aside = document.createElement("i");
  aside.textContent = quiet;
  element(id, HTMLElement).replaceChildren(text, ...(quiet ? [aside] : []));
}
