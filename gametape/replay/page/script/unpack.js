// The reader of frames.py's arrays: differences from value to value, low bytes before high bytes.

/**
 * @typedef {import("./types").Frames} Frames
 * @typedef {import("./types").Packed} Packed
 * @typedef {import("./types").Track} Track
 */

export const MISSING = -32768;
export const NO_BOOST = 255;

/**
 * @param {number} count frames
 * @param {Uint8Array} bytes inflated
 * @param {number} cars
 * @returns {Frames}
 */
export function unpack(count, bytes, cars) {
  let at = 0;
  /**
   * @template {Uint8Array | Int16Array | Int32Array} T
   * @param {{new (length: number): T, BYTES_PER_ELEMENT: number}} Type
   */
  const take = (Type) => {
    const size = Type.BYTES_PER_ELEMENT, out = new Type(count);
    for (let byte = 0; byte < size; byte++) {
      for (let i = 0, p = at + byte * count; i < count; i++) out[i] |= bytes[p + i] << (8 * byte);
    }
    for (let i = 1; i < count; i++) out[i] += out[i - 1];
    at += size * count;
    return out;
  };
  const place = () => ({ x: take(Int16Array), y: take(Int16Array), z: take(Int16Array), speed: take(Int16Array) });
  const times = Float64Array.from(take(Int32Array), (milli) => milli / 1000);
  const ball = { ...place(), yaw: new Uint8Array(0), boost: new Uint8Array(0) };
  const tracks = Array.from({ length: cars }, () => ({ ...place(), yaw: take(Uint8Array), boost: take(Uint8Array) }));
  return { times, ball, cars: tracks };
}
