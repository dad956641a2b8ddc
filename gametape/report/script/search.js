// Binary search.

/**
 * The last index in [low, high] for which `holds` is true, where it is true up to some index and false after it.
 * @param {number} low returned where it holds for none above it
 * @param {number} high
 * @param {(index: number) => boolean} holds
 * @returns {number}
 */
export function lastIndex(low, high, holds) {
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
