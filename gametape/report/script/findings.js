// The findings' cards: their buttons move the film to the evidence.
import { all, find } from "./dom.js";
import { page } from "./page_data.js";
import { choosePerson } from "./person.js";

const chips = all(".chip[data-goto]");
let shown = -1;

/** Show which card the film is at. @param {number} card */
export function lightCard(card) {
  for (const one of all(".card.lit")) one.classList.remove("lit");
  find(`card-${card}`)?.classList.add("lit");
}

/** Let each button of evidence choose the person that it is about. Where it moves the film: buttons.js. */
export function followChips() {
  for (const chip of chips) {
    const card = Number(chip.closest(".card")?.id.replace("card-", ""));
    chip.addEventListener("click", () => {
      choosePerson(page.evidence.find((one) => one.card === card)?.subject);
      lightCard(card);
    });
  }
}

/** Press the next button of evidence, or the one before. @param {number} by */
export function nextEvidence(by) {
  if (!chips.length) return;
  shown = (shown + by + chips.length) % chips.length;
  chips[shown].click();
  chips[shown].focus({ preventScroll: false });
}
