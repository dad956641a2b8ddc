// Numbers as a reader wants them.

/**
 * 83.5 → "1:23" or "1:23.5"; hours only where there are any. Cut, never rounded up to a time that is not
 * reached; hundredths are rounded.
 * @param {number} time seconds
 * @param {number} places decimal places
 * @param {string} decimal the language's decimal mark
 */
export function clockText(time, places, decimal) {
  const steps = 10 ** places, whole = Math.floor(Math.max(time, 0) * steps + (places > 1 ? 0.5 : 1e-6));
  const seconds = Math.floor(whole / steps);
  const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
  const fraction = places ? decimal + padded(whole % steps, places) : "";
  return `${hours ? `${hours}:${padded(minutes)}` : minutes}:${padded(seconds % 60)}${fraction}`;
}

/** @param {number} value @param {number} [length] */
function padded(value, length = 2) {
  return String(value).padStart(length, "0");
}

/**
 * The least of 1, 2, 5 times a power of ten that divides a range into `most` steps at most.
 * @param {number} range
 * @param {number} most
 */
export function niceStep(range, most) {
  const rough = range / most, power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5].map((factor) => factor * power).find((step) => step >= rough - 1e-9) ?? 10 * power;
}
