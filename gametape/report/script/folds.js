// Sections that fold. On a narrow screen the long ones begin folded; on paper nothing is.

export function followFolds() {
  const folds = [...document.querySelectorAll("details")].filter((one) => one.matches(".fold, .group, .exact"));
  if (matchMedia("(max-width: 899px)").matches) for (const one of folds) one.open = false;
  /** @type {HTMLDetailsElement[]} */
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = folds.filter((one) => !one.open);
    for (const one of folded) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });
}
