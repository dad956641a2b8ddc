// The shapes that the modules share. Read by the type checker alone; not part of the page.

/** A place in the upright source picture, px. */
export interface Point {
  x: number;
  y: number;
}

/**
 * The page's data, as page_data.py writes it. Times are seconds at which pictures were taken; `shown` is where they are
 * in the film's file.
 */
export interface PageData {
  video: string;
  width: number;
  height: number;
  frames: number;
  start: number;
  end: number;
  /** Where the film opens; null where nobody is seen. */
  opens: number | null;
  folder: string;
  film: string;
  /** Integer steps to a pixel and to a pixel a second. */
  scales: { pixel: number; speed: number };
  chunks: [
    first: number, frames: number, start: number, end: number, hash: string, shown: number, shownEnd: number,
  ][];
  keypoints: string[];
  angles: string[];
  /** Of the ball's speed: km/h where the film is calibrated, else px/s of the picture. */
  speed_unit: "km/h" | "px/s";
  /** Frames from one pose estimate to the next. */
  stride: number;
  tracks: number[];
  /** The camera's shots. */
  shots: [frame: number, time: number][];
  flights: [start: number, end: number][];
  events: { rows: EventRow[]; left_out: number; summary: string };
  rallies: [start: number, end: number][];
  strokes: [start: number, contact: number, end: number, track: number, place: number][];
  court: Court | null;
  presenter: PackedPresenter | null;
  followed: PackedPlayer[];
  names: Record<string, string>;
  words: Record<string, string>;
  marks: { decimal: string; thousands: string };
  joints: Record<string, string>;
  evidence: Evidence[];
  series: Series;
}

export type EventRow = [
  time: number, kind: string, x: number, y: number, confidence: number, before: number | null, after: number | null,
];

/** An event of the ball; `confidence` in per cent. */
export interface BallEvent extends Point {
  time: number;
  kind: string;
  confidence: number;
}

/** What shows a finding. A span's `worst` is where to look first. */
export interface Evidence {
  card: number;
  title: string;
  severity: string;
  subject: string;
  spans: [start: number, end: number, worst: number][];
}

/** A court from above in metres from its middle, y away from the near end. */
export interface Court {
  title: string;
  /** Half its width and half its length. */
  extent: [number, number];
  lines: [number, number][][];
  circles: [x: number, y: number, radius: number][];
  /** Half the net's width. */
  net: number | null;
  /** The ellipse holds the place with 95 %; half axes in m, angle in degrees. */
  bounces: [x: number, y: number, major: number, minor: number, angle: number, time: number][];
  paths: [time: number, ...points: [number, number][]][];
}

/** A presenter's samples, base64 of little-endian integers: times in ms, places in px, -32768 for none. */
export interface PackedPresenter {
  times: string;
  quality: string;
  presence: string;
  x: string;
  y: string;
  x1: string;
  y1: string;
  x2: string;
  y2: string;
  /** Who is there, by presence. */
  names: Record<string, string>;
}

/** Where a player who is followed is, at each look; packed as a presenter's samples. */
export interface PackedPlayer {
  who: string;
  times: string;
  x1: string;
  y1: string;
  x2: string;
  y2: string;
}

/** A ball curve over the whole film: bytes of [least|most][bucket] between low and high, 255 for no value. */
export interface BallCurve {
  low: number;
  high: number;
  data: string;
}

/** A person's angles over the whole film: bytes of [least|most][angle][bucket]. */
export interface AngleCurves {
  track: number;
  first: number;
  buckets: number;
  data: string;
}

export interface Series {
  start_s: number;
  bucket_s: number;
  buckets: number;
  speed: BallCurve | null;
  place: BallCurve | null;
  angles: AngleCurves[];
}

/** One curve's bytes: from where the least and the greatest values of its buckets are read. */
export interface Buckets {
  bytes: Uint8Array;
  first: number;
  buckets: number;
  least: number;
  most: number;
}

/** Rows [from, to) of a table sorted by track. */
export type Run = [from: number, to: number];

export interface ChunkHeader {
  chunk: number;
  hash: string;
  start: number;
  shown: number;
  count: number;
  poses: number;
  angles: number;
}

/** A minute of per-frame data; values are integer steps. */
export interface Chunk {
  first: number;
  count: number;
  times: Float64Array;
  /** Where the pictures are in the film's file, s. */
  shown: Float64Array;
  state: Uint8Array;
  x: Int16Array;
  y: Int16Array;
  speed: Int32Array;
  poseFrame: Int32Array;
  poseTrack: Int32Array;
  poseX: Int16Array[];
  poseY: Int16Array[];
  poseConfidence: Uint8Array[];
  poseFilled: Uint8Array;
  poseRuns: Map<number, Run>;
  angleFrame: Int32Array;
  angleTrack: Int32Array;
  angle: Int16Array[];
  angleRuns: Map<number, Run>;
}

/** The ball in a frame; `detected` false where it was filled in. */
export interface Ball extends Point {
  detected: boolean;
  speed: number | null;
  time: number;
}

export interface Keypoint extends Point {
  confidence: number;
}

/** A person in a frame: `exact` where the frame was estimated, `filled` where the pose was interpolated. */
export interface Person {
  track: number;
  points: Map<string, Keypoint>;
  exact: boolean;
  filled: boolean;
}

/** A point of a curve: seconds, value, frame. */
export type CurvePoint = [time: number, value: number | null, frame: number];

declare global {
  interface Window {
    /** Called by the chunk scripts in report_data. */
    gametapeChunk(header: ChunkHeader, packed: string): void;
  }
}
