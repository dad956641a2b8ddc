// Finding and marking the page's elements.

/**
 * The element of an id, which the page must have.
 * @template {Element} T
 * @param {string} id
 * @param {abstract new (...parts: any[]) => T} kind
 * @returns {T}
 */
export function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`#${id}`);
  return found;
}

/** @param {string} id */
export function find(id) {
  return document.getElementById(id);
}

/** @param {string} id */
export function button(id) {
  return element(id, HTMLButtonElement);
}

/**
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement[]}
 */
export function all(selector, root = document) {
  return [...root.querySelectorAll(selector)].filter((one) => one instanceof HTMLElement);
}

/**
 * Mark an element as the one that the film is at.
 * @param {Element | null} node
 * @param {boolean} here
 */
export function markCurrent(node, here) {
  if (!node) return;
  if (here) node.setAttribute("aria-current", "true");
  else node.removeAttribute("aria-current");
}

/**
 * Show one button of a group as pressed.
 * @param {HTMLElement} pressed
 */
export function pressOnly(pressed) {
  for (const one of all("button", pressed.parentElement ?? document)) {
    one.setAttribute("aria-pressed", String(one === pressed));
  }
}

/**
 * A property of the page's style, such as a colour.
 * @param {string} name
 */
export function style(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** @param {string} text base64 */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
