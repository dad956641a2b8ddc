// The shapes that the modules share. Read by the type checker alone; not part of the page.

/**
 * The page's data, as game_data.py writes it. Times are seconds of the replay; places are uu (1 cm) from the middle of
 * the field, y towards orange's goal, z up.
 */
export interface PageData {
  start: number;
  end: number;
  players: Player[];
  /** Whom the field follows first, a place in `players`. */
  chosen: number;
  /** Whom the page is about, likewise; -1 for nobody. */
  about: number;
  /** Null where the game came without frames. */
  frames: Packed | null;
  field: Field;
  moments: Moment[];
  /** The score from a time on. */
  score: [time: number, blue: number, orange: number][];
  /** The clock that players see: from a time on it shows so many seconds; 1 for overtime. */
  clock: [time: number, seconds: number, overtime: number][];
  evidence: Evidence[];
  words: Record<string, string>;
  marks: { decimal: string; thousands: string };
}

export interface Player {
  name: string;
  /** 0 blue, 1 orange. */
  team: number;
  /** One or two letters on the car. */
  mark: string;
  /** What a link to the page names the player by; empty where there is none. */
  key: string;
}

/** Thinned frames: base64 of deflated arrays, see frames.py. */
export interface Packed {
  count: number;
  data: string;
  /** Frames further apart than this are not joined, s. */
  gap: number;
}

export interface Field {
  /** Half of what is drawn, across and along. */
  extent: [across: number, along: number];
  lines: [x: number, y: number][][];
  /** The circle in the middle; 0 for none. */
  circle: number;
  /** Pads with 100 boost, then those with 12. */
  big: [x: number, y: number][];
  small: [x: number, y: number][];
}

/** Something that happened: `player` and `team` null where they are not known. */
export interface Moment {
  time: number;
  kind: string;
  player: number | null;
  team: number | null;
  text: string;
}

/** What shows a finding. `worst` is where to look first. */
export interface Evidence {
  card: number;
  title: string;
  severity: string;
  player: number | null;
  spans: [start: number, end: number, worst: number][];
}

/** What was measured of a thing in each frame; values are integer steps. */
export interface Track {
  x: Int16Array;
  y: Int16Array;
  z: Int16Array;
  speed: Int16Array;
  /** 1/256 of a turn; of cars alone. */
  yaw: Uint8Array;
  /** 0..100, 255 where it is not known; of cars alone. */
  boost: Uint8Array;
}

export interface Frames {
  times: Float64Array;
  ball: Track;
  cars: Track[];
}

/** A thing at a time; null for what is not known then. */
export interface Place {
  x: number;
  y: number;
  z: number;
  speed: number | null;
  /** Radians from +x to +y. */
  yaw: number;
  boost: number | null;
}
