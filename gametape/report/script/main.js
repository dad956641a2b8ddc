// Plays the film with what was measured drawn over it, and lets charts and evidence move the film.
// One state (`now`), one way to move (`goTo`), one way to draw (`show`). Frames are found by their true times.
(() => {
"use strict";
const $ = (id) => document.getElementById(id);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const D = JSON.parse($("data").textContent);
const film = $("film"), overlay = $("overlay"), scrub = $("scrub"), picture = $("picture");
const MISSING = { 1: null, 2: -32768, 4: -2147483648 };
const EPSILON = 0.0015;       // containers round times to their time base; frames are further apart than this
const TRAIL_SECONDS = 0.7;
const SURE = 0.3;             // key points below this confidence are not drawn
const CHUNKS_KEPT = 8;
const FLASH_SECONDS = 0.3;    // an event is marked on the film so long before and after it
const MOST_LISTED = 240;      // events offered as buttons at one time
const digits = (text) => String(text).replace(/[.,]/g, (mark) => (mark === "." ? D.marks.decimal : D.marks.thousands));
const counted = (value) => digits(Math.round(value).toLocaleString("en"));
const say = (key, places = {}) => (D.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => places[name] ?? "");
const EVENTS = D.events.rows.map(([time, kind, x, y, sure, before, after]) => ({ time, kind, x, y, sure, before, after }));
const nameOf = (track) => D.names[track] ?? say("person", { track });
const OPENS = D.opens > D.start ? D.opens + EPSILON : D.start;
const now = { frame: -1, time: OPENS, person: null, window: 0 };

// ---------------------------------------------------------------- chunks: the per-frame data, loaded when needed
const chunks = new Map();     // number → {wait, data, failed}, the least recently used first

function chunkAt(time) {
  let low = 0, high = D.chunks.length - 1;
  while (low < high) { const middle = (low + high + 1) >> 1; if (D.chunks[middle][2] <= time + EPSILON) low = middle; else high = middle - 1; }
  return low;
}
function chunkOf(frame) {
  let low = 0, high = D.chunks.length - 1;
  while (low < high) { const middle = (low + high + 1) >> 1; if (D.chunks[middle][0] <= frame) low = middle; else high = middle - 1; }
  return low;
}
const ready = (number) => chunks.get(number)?.data;

function load(number) {
  if (!(number >= 0 && number < D.chunks.length)) return Promise.resolve(null);
  const known = chunks.get(number);
  if (known) { chunks.delete(number); chunks.set(number, known); return known.wait; }
  const entry = {}, file = `${D.folder}/${String(number).padStart(3, "0")}.js`, script = document.createElement("script");
  entry.wait = new Promise((done) => {
    entry.done = (data) => { entry.data = data; done(data); };
    entry.fail = (why) => { entry.failed = say("chunk", { time: clock(D.chunks[number][2]), file, why }); done(null); };
  });
  chunks.set(number, entry);
  script.src = `${file}?${D.chunks[number][4]}`;
  script.onerror = () => entry.fail(say("chunk_missing"));
  script.onload = () => script.remove();
  document.head.append(script);
  for (const [old, { data }] of chunks) { if (chunks.size <= CHUNKS_KEPT) break; if (data) chunks.delete(old); }
  return entry.wait;
}

window.gametapeChunk = async (header, packed) => {
  const entry = chunks.get(header.chunk);
  if (!entry || entry.data) return;
  if (header.hash !== D.chunks[header.chunk][4]) return entry.fail(say("chunk_other"));
  if (!window.DecompressionStream) return entry.fail(say("chunk_old"));
  try {
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    entry.done(unpack(header, new Uint8Array(await new Response(stream).arrayBuffer())));
  } catch (error) { entry.fail(say("chunk_damaged", { error: error.message })); }
};

// The reader of overlay.py's arrays: differences, low bytes first. Values stay integers; `of` scales them.
function unpack(header, bytes) {
  let at = 0;
  const take = (Type, length) => {
    const size = Type.BYTES_PER_ELEMENT, out = new Type(length);
    for (let b = 0; b < size; b++) for (let i = 0, p = at + b * length; i < length; i++) out[i] |= bytes[p + i] << (8 * b);
    for (let i = 1; i < length; i++) out[i] += out[i - 1];
    at += size * length;
    return out;
  };
  const many = (Type, planes, length) => Array.from({ length: planes }, () => take(Type, length));
  const n = header.count, m = header.poses, a = header.angles, k = D.keypoints.length;
  const micro = take(Int32Array, n);
  const chunk = { first: D.chunks[header.chunk][0], count: n, times: Float64Array.from(micro, (v) => header.start + v / 1e6) };
  chunk.state = take(Uint8Array, n);
  chunk.x = take(Int16Array, n); chunk.y = take(Int16Array, n);
  chunk.speed = take(Int32Array, n);
  chunk.poseFrame = take(Int32Array, m); chunk.poseTrack = take(Int32Array, m);
  chunk.px = many(Int16Array, k, m); chunk.py = many(Int16Array, k, m); chunk.pc = many(Uint8Array, k, m);
  chunk.poseFilled = take(Uint8Array, m);
  chunk.angleFrame = take(Int32Array, a); chunk.angleTrack = take(Int32Array, a);
  chunk.angle = many(Int16Array, D.angles.length, a);
  chunk.poseRows = runs(chunk.poseTrack); chunk.angleRows = runs(chunk.angleTrack);
  return chunk;
}
// Rows lie by track, then frame: [first, past last] of each track.
function runs(tracks) {
  const found = new Map();
  for (let i = 0; i < tracks.length; i++) { const run = found.get(tracks[i]); if (run) run[1] = i + 1; else found.set(tracks[i], [i, i + 1]); }
  return found;
}
const of = (value, steps, size = 2) => (value === MISSING[size] ? null : value / steps);

// Last row at or before a frame, in a run of rows.
function rowAt(frames, [from, to], frame) {
  let low = from - 1, high = to - 1;
  while (low < high) { const middle = (low + high + 1) >> 1; if (frames[middle] <= frame) low = middle; else high = middle - 1; }
  return low;
}

// ---------------------------------------------------------------- frames and times
function indexIn(chunk, time) {
  let low = 0, high = chunk.count - 1;
  while (low < high) { const middle = (low + high + 1) >> 1; if (chunk.times[middle] <= time + EPSILON) low = middle; else high = middle - 1; }
  return low;
}
function ballAt(frame) {
  const chunk = ready(chunkOf(frame)), i = chunk ? frame - chunk.first : -1;
  if (i < 0 || i >= chunk.count || !chunk.state[i]) return null;
  const x = of(chunk.x[i], D.scales.pixel), y = of(chunk.y[i], D.scales.pixel);
  return x === null || y === null ? null : { x, y, seen: chunk.state[i] === 2, speed: of(chunk.speed[i], D.scales.speed, 4), time: chunk.times[i] };
}
function shotAt(time) { let i = 0; while (i + 1 < D.shots.length && D.shots[i + 1][1] <= time + EPSILON) i++; return i; }
function shotOf(frame) { let i = 0; while (i + 1 < D.shots.length && D.shots[i + 1][0] <= frame) i++; return i; }

// Everybody at a frame. Between two looks (one stride apart at most), people stand where a straight line puts them.
function peopleAt(frame) {
  const chunk = ready(chunkOf(frame)), people = [];
  if (!chunk) return people;
  for (const [track, run] of chunk.poseRows) {
    const row = rowAt(chunk.poseFrame, run, frame);
    if (row < run[0]) continue;
    const seen = chunk.poseFrame[row], next = row + 1 < run[1] ? chunk.poseFrame[row + 1] : Infinity;
    const exact = seen === frame, between = !exact && next - seen <= D.stride && shotOf(seen) === shotOf(next);
    if (!exact && !between) continue;
    const share = exact ? 0 : (frame - seen) / (next - seen), points = new Map();
    for (let k = 0; k < D.keypoints.length; k++) {
      const x = of(chunk.px[k][row], D.scales.pixel), y = of(chunk.py[k][row], D.scales.pixel);
      if (x === null || y === null) continue;
      const point = { x, y, c: chunk.pc[k][row] / 255 };
      if (between) {
        const x2 = of(chunk.px[k][row + 1], D.scales.pixel), y2 = of(chunk.py[k][row + 1], D.scales.pixel);
        if (x2 === null || y2 === null) continue;
        point.x += share * (x2 - x); point.y += share * (y2 - y); point.c = Math.min(point.c, chunk.pc[k][row + 1] / 255);
      }
      if (point.c >= SURE) points.set(D.keypoints[k], point);
    }
    const filled = Boolean(chunk.poseFilled[row] || (between && chunk.poseFilled[row + 1]));
    if (points.size) people.push({ track, points, exact, filled });
  }
  return people;
}
function anglesAt(frame, track) {
  const chunk = ready(chunkOf(frame)), run = chunk?.angleRows.get(track);
  if (!run) return null;
  const row = rowAt(chunk.angleFrame, run, frame);
  if (row < run[0] || frame - chunk.angleFrame[row] >= D.stride) return null;
  return Object.fromEntries(D.angles.map((name, i) => [name, of(chunk.angle[i][row], 10)]));
}

// ---------------------------------------------------------------- moving the film
let filmWorks = true, wanted = OPENS, asked = 0;   // a first seek puts the film in the place of its poster, of another moment

// Everything that moves the film comes here: to the frame on show at `time`.
async function goTo(time) {
  const ask = ++asked;
  time = Math.min(Math.max(time, D.start), Math.max(D.start, D.end - 1e-3));
  if (!D.frames) return;
  place(time);
  const chunk = await load(chunkAt(time));
  if (ask !== asked) return;
  if (!chunk) return seek(time + EPSILON);
  toFrame(chunk, indexIn(chunk, time));
}
// To the middle of a frame's own time, where no rounding can land on its neighbour.
function toFrame(chunk, i) {
  const start = chunk.times[i], last = chunk.first + i + 1 >= D.frames;
  const typical = (D.end - D.start) / D.frames;
  const end = i + 1 < chunk.count ? chunk.times[i + 1] : last ? start + typical / 2 : D.chunks[chunkOf(chunk.first + i + 1)][2];
  seek((start + end) / 2);
}
async function step(by) {
  film.pause();
  const ask = ++asked, frame = Math.min(Math.max(Math.max(now.frame, 0) + by, 0), D.frames - 1);
  if (frame < 0) return;
  const chunk = await load(chunkOf(frame));
  if (chunk && ask === asked) { now.frame = frame; toFrame(chunk, frame - chunk.first); }
}
// One seek at a time; while one is under way only the last wish counts.
function seek(time) {
  if (!filmWorks) return show(time);
  if (film.readyState === 0 || film.seeking) { wanted = time; return; }
  film.currentTime = time;
}
film.addEventListener("seeked", () => {
  if (wanted !== null) { const time = wanted; wanted = null; film.currentTime = time; } else show(film.currentTime);
});
film.addEventListener("loadedmetadata", () => { if (wanted !== null) { const time = wanted; wanted = null; film.currentTime = time; } });
film.addEventListener("loadeddata", () => show(film.currentTime));
film.addEventListener("error", () => {
  filmWorks = false;
  notice("film", say("no_film"));
  show(wanted ?? now.time);
});

// Called for each picture put on screen, with its own time.
function show(time) {
  if (!D.frames) return;
  now.time = time;
  const number = chunkAt(time), chunk = ready(number);
  load(number).then((data) => {
    if (number !== chunkAt(now.time)) return;   // the film has moved on
    notice("data", chunks.get(number)?.failed ?? "");
    if (data && now.frame < 0) show(now.time);
  });
  if (time > D.chunks[number][3] - 15) load(number + 1);
  if (chunk) { now.frame = chunk.first + indexIn(chunk, time); now.time = chunk.times[now.frame - chunk.first]; }
  else now.frame = -1;
  draw(); read(); place(now.time);
}
if ("requestVideoFrameCallback" in HTMLVideoElement.prototype) {
  const tick = (_, picture) => { if (wanted === null) show(picture.mediaTime); film.requestVideoFrameCallback(tick); };
  film.requestVideoFrameCallback(tick);
} else {
  const tick = () => { if (!film.paused) { show(film.currentTime); requestAnimationFrame(tick); } };
  film.addEventListener("play", tick);
  film.addEventListener("timeupdate", () => show(film.currentTime));
}

// ---------------------------------------------------------------- drawing over the film
const BONES = [
  ["left_shoulder", "right_shoulder", 0], ["left_hip", "right_hip", 0], ["left_shoulder", "left_hip", 1], ["right_shoulder", "right_hip", 2],
  ["left_shoulder", "left_elbow", 1], ["left_elbow", "left_wrist", 1], ["right_shoulder", "right_elbow", 2], ["right_elbow", "right_wrist", 2],
  ["left_hip", "left_knee", 1], ["left_knee", "left_ankle", 1], ["right_hip", "right_knee", 2], ["right_knee", "right_ankle", 2],
  ["left_ankle", "left_heel", 1], ["left_heel", "left_toe", 1], ["left_ankle", "left_toe", 1],
  ["right_ankle", "right_heel", 2], ["right_heel", "right_toe", 2], ["right_ankle", "right_toe", 2],
  ["left_wrist", "left_index", 1], ["left_wrist", "left_thumb", 1], ["right_wrist", "right_index", 2], ["right_wrist", "right_thumb", 2],
];
const SIDES = ["#f4f6f8", "#4cc3ff", "#ff8a5c"];
const EVENT_INK = { hit: "#ff5d8f", bounce: "#7cf29a", impact: "#c9b6ff", net: "#c9b6ff", release: "#ff5d8f" };
const BALL = "#ffd60a", CASING = "rgba(0,0,0,.62)";
const on = (name) => $(`show-${name}`).checked;

function draw() {
  const ratio = window.devicePixelRatio || 1, wide = picture.clientWidth, high = picture.clientHeight;
  if (overlay.width !== Math.round(wide * ratio) || overlay.height !== Math.round(high * ratio)) {
    overlay.width = Math.round(wide * ratio); overlay.height = Math.round(high * ratio);
  }
  const g = overlay.getContext("2d");
  g.setTransform(1, 0, 0, 1, 0, 0);
  g.clearRect(0, 0, overlay.width, overlay.height);
  if (now.frame < 0) return;
  tagged.length = 0;
  const sx = overlay.width / D.width, sy = overlay.height / D.height, unit = ratio * Math.max(0.75, Math.min(1.6, wide / 720));
  const at = (p) => [p.x * sx, p.y * sy];
  g.lineCap = g.lineJoin = "round";
  const people = on("skeleton") || on("labels") ? peopleAt(now.frame) : [];
  if (on("skeleton")) for (const one of people) skeleton(g, one, at, unit);
  if (on("trail")) trail(g, at, unit);
  if (on("ball")) ball(g, at, unit);
  if (on("events")) flashes(g, at, unit);
  if (on("labels")) labels(g, people, at, unit);
}
function skeleton(g, one, at, unit) {
  const chosen = one.track === now.person;
  const strength = (chosen ? 1 : 0.6) * (one.exact && !one.filled ? 1 : 0.55);
  g.setLineDash(one.filled ? [unit * 4, unit * 5] : []);   // nobody was seen here: put between two sights
  for (const pass of [0, 1]) {
    for (const [from, to, side] of BONES) {
      const a = one.points.get(from), b = one.points.get(to);
      if (!a || !b) continue;
      g.globalAlpha = strength * (0.45 + 0.55 * Math.min(a.c, b.c));
      g.strokeStyle = pass ? SIDES[side] : CASING;
      g.lineWidth = unit * ((chosen ? 2.6 : 1.8) + (pass ? 0 : 2));
      g.beginPath(); g.moveTo(...at(a)); g.lineTo(...at(b)); g.stroke();
    }
  }
  g.setLineDash([]);
  for (const [name, p] of one.points) {
    if (/eye|ear|thumb|index/.test(name)) continue;
    g.globalAlpha = strength * (0.45 + 0.55 * p.c);
    g.fillStyle = SIDES[name.startsWith("left") ? 1 : name.startsWith("right") ? 2 : 0];
    g.strokeStyle = CASING; g.lineWidth = unit;
    g.beginPath(); g.arc(...at(p), unit * (chosen ? 3.2 : 2.4), 0, 7); g.fill(); g.stroke();
  }
  g.globalAlpha = 1;
}
// The ball's way so far: whole lines where it was seen, thin ones where it was filled in, none across gaps and cuts.
function trail(g, at, unit) {
  const points = [], shot = shotOf(now.frame);
  const since = now.time - TRAIL_SECONDS;
  for (let frame = now.frame; frame >= 0 && shotOf(frame) === shot; frame--) {
    const p = ballAt(frame);
    if (p) { if (p.time < since) break; points.push([frame, p]); }
    else if (!ready(chunkOf(frame)) || now.frame - frame > 400) break;
    else { const chunk = ready(chunkOf(frame)); if (chunk.times[frame - chunk.first] < since) break; }
  }
  for (let i = points.length - 1; i > 0; i--) {
    const [before, a] = points[i], [after, b] = points[i - 1];
    if (after - before > 1) continue;
    const fresh = 1 - (now.time - b.time) / TRAIL_SECONDS, seen = a.seen && b.seen;
    for (const pass of [0, 1]) {
      g.globalAlpha = Math.max(0.08, fresh) * (pass ? 1 : 0.5);
      g.strokeStyle = pass ? BALL : CASING;
      g.lineWidth = unit * ((seen ? 1 + 2 * fresh : 1) + (pass ? 0 : 1.6));
      g.beginPath(); g.moveTo(...at(a)); g.lineTo(...at(b)); g.stroke();
    }
  }
  g.globalAlpha = 1;
}
function ball(g, at, unit) {
  const p = ballAt(now.frame);
  if (!p) return;
  g.setLineDash(p.seen ? [] : [unit * 3, unit * 3]);
  for (const pass of [0, 1]) {
    g.strokeStyle = pass ? BALL : CASING; g.lineWidth = unit * (pass ? 2 : 4);
    g.beginPath(); g.arc(...at(p), unit * 8, 0, 7); g.stroke();
  }
  g.setLineDash([]);
}
// First event at or after a time.
function eventFrom(time) {
  let low = 0, high = EVENTS.length;
  while (low < high) { const middle = (low + high) >> 1; if (EVENTS[middle].time < time) low = middle + 1; else high = middle; }
  return low;
}
// An event's mark at its place: strongest at its time. A hit is a star, a bounce a shallow ring, the rest a cross.
function flashes(g, at, unit) {
  const shot = shotOf(now.frame);
  for (let i = eventFrom(now.time - FLASH_SECONDS); i < EVENTS.length && EVENTS[i].time <= now.time + FLASH_SECONDS; i++) {
    const one = EVENTS[i], share = Math.abs(now.time - one.time) / FLASH_SECONDS, [x, y] = at(one), r = unit * (13 + 7 * share);
    if (D.shots.length && shotAt(one.time) !== shot) continue;
    for (const pass of [0, 1]) {
      g.globalAlpha = (1 - share) ** 0.7; g.strokeStyle = pass ? EVENT_INK[one.kind] ?? "#fff" : CASING; g.lineWidth = unit * (pass ? 2.4 : 4.6);
      g.beginPath();
      if (one.kind === "bounce") g.ellipse(x, y + 3 * unit, 1.5 * r, 0.5 * r, 0, 0, 7);
      else for (let k = 0, rays = one.kind === "hit" ? 8 : 4; k < rays; k++) {
        const a = (Math.PI * 2 * (k + 0.5)) / rays;
        g.moveTo(x + Math.cos(a) * r * 0.75, y + Math.sin(a) * r * 0.75); g.lineTo(x + Math.cos(a) * r * 1.35, y + Math.sin(a) * r * 1.35);
      }
      g.stroke();
    }
    g.globalAlpha = 1 - share;
    tag(g, say(one.kind), x + 1.6 * r, y + 16 * unit, EVENT_INK[one.kind] ?? "#fff", unit);
  }
  g.globalAlpha = 1;
}
// A name or a figure on the film; where another is already, it goes below that.
const tagged = [];
function tag(g, text, x, y, ink, unit) {
  g.font = `600 ${Math.round(12 * unit)}px system-ui, sans-serif`;
  g.textBaseline = "middle"; g.textAlign = "left";
  const wide = g.measureText(text).width + 8 * unit, high = 17 * unit;
  x = Math.min(Math.max(x, 0), overlay.width - wide); y = Math.min(Math.max(y, high / 2), overlay.height - high / 2);
  for (const other of tagged) if (x < other.x + other.wide && other.x < x + wide && Math.abs(y - other.y) < high) y = other.y + high + unit;
  tagged.push({ x, y, wide }); tagged.sort((a, b) => a.y - b.y);
  g.fillStyle = "rgba(0,0,0,.66)";
  g.beginPath(); if (g.roundRect) g.roundRect(x, y - high / 2, wide, high, 4 * unit); else g.rect(x, y - high / 2, wide, high); g.fill();
  g.fillStyle = ink; g.fillText(text, x + 4 * unit, y + unit * 0.5);
}
function labels(g, people, at, unit) {
  for (const one of people) {
    const points = [...one.points.values()].map(at);
    const top = Math.min(...points.map((p) => p[1])), mid = points.reduce((sum, p) => sum + p[0], 0) / points.length;
    tag(g, nameOf(one.track), mid - 26 * unit, top - 16 * unit, "#fff", unit);
    const angles = one.track === now.person && one.exact && !one.filled ? anglesAt(now.frame, one.track) : null;
    if (angles) for (const joint of ["left_knee", "right_knee", "left_elbow", "right_elbow"]) {
      const p = one.points.get(joint);
      if (!p || angles[joint] === null) continue;
      const [x, y] = at(p), left = x < mid;
      tag(g, `${Math.round(angles[joint])}°`, left ? x - 44 * unit : x + 9 * unit, y, SIDES[joint.startsWith("left") ? 1 : 2], unit);
    }
  }
  const p = ballAt(now.frame);
  if (p && p.speed !== null && on("ball")) { const [x, y] = at(p); tag(g, speedText(p.speed), x + 13 * unit, y - 14 * unit, BALL, unit); }
}
const speedText = (v) => `${counted(v)} px/s`;

// ---------------------------------------------------------------- what is on show, in figures
function clock(time, places = 0) {
  const steps = 10 ** places, whole = Math.floor(Math.max(time, 0) * steps + 1e-6), seconds = Math.floor(whole / steps);
  const pad = (v, n = 2) => String(v).padStart(n, "0"), h = Math.floor(seconds / 3600), m = Math.floor(seconds / 60) % 60;
  return `${h ? `${h}:${pad(m)}` : m}:${pad(seconds % 60)}${places ? `${D.marks.decimal}${pad(whole % steps, places)}` : ""}`;
}
function put(id, ...parts) {   // text, and [quiet text]
  const nodes = parts.map((part) => { if (!Array.isArray(part)) return String(part); const i = document.createElement("i"); i.textContent = part[0]; return i; });
  $(id).replaceChildren(...nodes);
}
function read() {
  const known = now.frame >= 0, p = known ? ballAt(now.frame) : null;
  put("at-frame", known ? now.frame : "…");
  put("at-time", clock(now.time, 3));
  if (!known) put("at-ball", "…");
  else if (!p) put("at-ball", [say("not_seen")]);
  else put("at-ball", p.speed === null ? say("no_speed") : speedText(p.speed), [p.seen ? "" : ` ${say("filled")}`]);
  const angles = known && now.person !== null ? anglesAt(now.frame, now.person) : null;
  const degrees = (name) => (angles && angles[name] !== null ? `${Math.round(angles[name])}°`.replace("-", "−") : "–");
  put("at-knee", `${degrees("left_knee")} · ${degrees("right_knee")}`);
  put("at-elbow", `${degrees("left_elbow")} · ${degrees("right_elbow")}`);
  put("at-trunk", degrees("trunk_lean"));
}
// What is wrong: with the film, with its data here. Each is said until it is no longer so.
const told = new Map();
function notice(about, text) {
  if ((told.get(about) ?? "") === text) return;
  told.set(about, text);
  const lines = [...told.values()].filter(Boolean);
  $("notice").textContent = lines.join(" "); $("notice").hidden = !lines.length;
}

// Puts every playhead, and the slider, at a time.
function place(time) {
  if (document.activeElement !== scrub || film.paused === false) scrub.value = time;
  else if (Math.abs(scrub.value - time) > 0.05 && !scrub.matches(":active")) scrub.value = time;
  scrub.setAttribute("aria-valuetext", clock(time, 1));
  $("clock").textContent = clock(time, 2);
  const [from] = view();
  if (from !== lastFrom) { lastFrom = from; charts.forEach((chart) => chart.draw()); }
  charts.forEach((chart) => chart.head(time));
  listEvents(); markEvent();
}

// ---------------------------------------------------------------- charts
let lastFrom = D.start;
function view(time = now.time) {   // the stretch of film that charts show: all, or the page of `window` seconds around now
  if (!now.window || now.window >= D.end - D.start) return [D.start, D.end];
  const from = D.start + Math.floor((Math.min(time, D.end - 1e-6) - D.start) / now.window + 1e-9) * now.window;
  return [from, from + now.window];
}
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const charts = [];

class Chart {
  constructor(figure, paint, span = view) {   // span: the stretch of film from edge to edge
    this.span = span; this.figure = figure; this.canvas = figure.querySelector("canvas"); this.paint = paint;
    this.line = figure.appendChild(Object.assign(document.createElement("div"), { className: "head" }));
    this.tip = figure.appendChild(Object.assign(document.createElement("div"), { className: "tip", hidden: true }));
    let down = false;
    this.canvas.addEventListener("pointerdown", (e) => { down = true; if (e.pointerType === "mouse") this.canvas.setPointerCapture(e.pointerId); goTo(this.timeAt(e)); });
    this.canvas.addEventListener("pointermove", (e) => { if (down) goTo(this.timeAt(e)); if (e.pointerType === "mouse") this.hover(this.timeAt(e)); });
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) this.canvas.addEventListener(name, () => { down = false; });
    this.canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    charts.push(this);
    new ResizeObserver(() => { this.draw(); this.head(now.time); }).observe(this.canvas);
  }
  get gutter() { return parseFloat(css("--gutter")); }
  timeAt(event) {
    const box = this.canvas.getBoundingClientRect(), [from, to] = this.span();
    const share = (event.clientX - box.left - this.gutter) / Math.max(1, box.width - this.gutter);
    return from + Math.min(Math.max(share, 0), 1) * (to - from);
  }
  x(time) { const [from, to] = this.span(); return this.gutter + ((time - from) / (to - from)) * (this.canvas.clientWidth - this.gutter); }
  head(time) {
    this.line.style.top = `${this.canvas.offsetTop}px`;
    this.line.style.transform = `translateX(${this.x(time)}px)`;
  }
  draw() {
    const ratio = window.devicePixelRatio || 1, wide = this.canvas.clientWidth, high = this.canvas.clientHeight;
    if (!wide || !D.frames) return;
    this.canvas.width = Math.round(wide * ratio); this.canvas.height = Math.round(high * ratio);
    const g = this.canvas.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    this.paint(g, wide, high, this);
  }
  hover(time) { const text = this.value?.(time); this.tip.hidden = !text; if (text) this.tip.textContent = text; }
}

function niceStep(range, most) {
  const rough = range / most, power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((m) => m * power).find((v) => v >= rough - 1e-9);
}
const TIME_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

function axes(g, wide, high, chart, low, top, suffix) {
  const bottom = high - 18, degrees = suffix && [5, 10, 15, 30, 45, 60, 90].find((v) => (top - low) / v <= 5), y = (v) => 6 + (1 - (v - low) / (top - low)) * (bottom - 6);
  const stepY = degrees || niceStep(top - low, 4), [from, to] = view();
  g.fillStyle = css("--soft"); g.strokeStyle = css("--line"); g.lineWidth = 1; g.textBaseline = "middle"; g.textAlign = "right";
  for (let v = Math.ceil(low / stepY - 1e-9) * stepY; v <= top + 1e-9; v += stepY) {
    const line = Math.round(y(v)) + 0.5;
    g.beginPath(); g.moveTo(chart.gutter, line); g.lineTo(wide, line); g.stroke();
    g.fillText(`${digits(+v.toPrecision(6) >= 10000 ? `${+(v / 1000).toPrecision(3)}k` : +v.toPrecision(6))}${suffix}`, chart.gutter - 6, line);
  }
  const stepX = TIME_STEPS.find((s) => (to - from) / s <= Math.max(2, (wide - chart.gutter) / 84)) ?? 7200;
  g.textBaseline = "alphabetic";
  for (let k = Math.ceil(from / stepX - 1e-9); k * stepX <= to; k++) {
    const x = chart.x(k * stepX), text = clock(k * stepX, stepX < 1 ? 1 : 0), half = g.measureText(text).width / 2;
    g.textAlign = "center";
    if (x + half <= wide) g.fillText(text, Math.max(x, chart.gutter - 6 + half), high - 3);
  }
  return y;
}

// Evidence of the same subject, as washes behind the curves.
function washes(g, wide, bottom, chart, subject) {
  for (const one of D.evidence) {
    if (one.subject !== subject) continue;
    g.fillStyle = css(`--${one.severity}`); g.globalAlpha = 0.13;
    for (const [start, end] of one.spans) { const x = chart.x(start); g.fillRect(Math.max(x, chart.gutter), 6, Math.max(2, chart.x(end) - Math.max(x, chart.gutter)), bottom - 6); }
    g.globalAlpha = 1;
  }
}
// The events as ticks along a chart's lower edge, one colour a kind.
function ticks(g, top, bottom, chart) {
  const [from, to] = chart.span();
  for (let i = eventFrom(from); i < EVENTS.length && EVENTS[i].time <= to; i++) {
    const x = chart.x(EVENTS[i].time);
    g.strokeStyle = css(`--${EVENTS[i].kind}`) || css("--soft"); g.lineWidth = 1;
    g.globalAlpha = 0.35; g.beginPath(); g.moveTo(x, top); g.lineTo(x, bottom); g.stroke();
    g.globalAlpha = 1; g.lineWidth = 2; g.beginPath(); g.moveTo(x, bottom - 6); g.lineTo(x, bottom); g.stroke();
  }
}
// Chunks of the stretch on show: all of them, or null while some are missing or there are too many.
function fullRate() {
  const [from, to] = view(), first = chunkAt(from), last = chunkAt(Math.min(to, D.end) - 2 * EPSILON), found = [];
  if (last - first > 2) return null;
  for (let i = first; i <= last; i++) {
    const data = ready(i);
    if (data) found.push(data); else load(i).then((late) => late && charts.forEach((chart) => chart.draw()));
  }
  return found.length === last - first + 1 ? found : null;
}
function curve(g, points, colour, chart, y, farthest) {   // points: [time, value|null, frame]
  g.strokeStyle = g.fillStyle = colour; g.lineWidth = 1.5; g.lineJoin = "round";
  g.save(); g.beginPath(); g.rect(chart.gutter, 0, chart.canvas.clientWidth, chart.canvas.clientHeight); g.clip();
  g.beginPath();
  let before = null, alone = false;
  const dot = () => { if (alone) { const [x, v] = [chart.x(before[0]), y(before[1])]; g.moveTo(x + 1.2, v); g.arc(x, v, 1.2, 0, 7); } };
  for (const point of points) {
    if (point[1] === null) { dot(); alone = false; before = null; continue; }
    const joined = before && point[2] - before[2] <= farthest;
    if (!joined) { dot(); g.moveTo(chart.x(point[0]), y(point[1])); } else g.lineTo(chart.x(point[0]), y(point[1]));
    alone = !joined; before = point;
  }
  dot(); g.stroke(); g.restore();
}
// The overview: a band from the least to the most of each bucket.
function band(g, run, low, high, colour, chart, y) {
  const S = D.series, n = run.buckets, value = (i) => (run.bytes[i] === 255 ? null : low + (run.bytes[i] / 254) * (high - low));
  g.strokeStyle = colour; g.fillStyle = colour; g.lineWidth = 1.3; g.lineJoin = "round";
  g.save(); g.beginPath(); g.rect(chart.gutter, 0, chart.canvas.clientWidth, chart.canvas.clientHeight); g.clip();
  g.globalAlpha = 0.7;
  g.beginPath();
  let pen = false;
  for (let i = 0; i < n; i++) {
    const least = value(run.least + i), most = value(run.most + i);
    if (least === null) { pen = false; continue; }
    const x = chart.x(S.start_s + (run.first + i + 0.5) * S.bucket_s);
    if (pen) g.lineTo(x, y(most)); else g.moveTo(x, y(most));
    g.lineTo(x, y(least) + 0.5); pen = true;
  }
  g.stroke(); g.restore();
}
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// A chart of the ball: `full` gives its value in a row of a chunk, `text` how one is read out.
function ballChart(figure, S, [low, top], label, full, text, flip = (v) => v) {
  if (!S || !figure) return;
  const run = { bytes: bytesOf(S.data), first: 0, buckets: D.series.buckets, least: 0, most: D.series.buckets };
  const chart = new Chart(figure, (g, wide, high, self) => {
    washes(g, wide, high - 18, self, "ball");
    const y = axes(g, wide, high, self, low, top, ""), chunksOnShow = fullRate();
    ticks(g, 6, high - 18, self);
    if (!chunksOnShow) return band(g, run, S.low, S.high, css("--ball"), self, (v) => y(flip(v)));
    const points = chunksOnShow.flatMap((c) => Array.from(c.state, (_, i) => { const v = full(c, i); return [c.times[i], v === null ? null : flip(v), c.first + i]; }));
    curve(g, points, css("--ball"), self, y, 1);
  });
  chart.canvas.setAttribute("aria-label", label);
  chart.value = (time) => { const c = ready(chunkAt(time)), v = c ? full(c, indexIn(c, time)) : null; return `${clock(time, 2)}  ${v === null ? "–" : text(flip(v))}`; };
}
function speedChart(figure) {
  const S = D.series.speed;
  ballChart(figure, S, [0, S?.high * 1.06], S && say("speed", { speed: speedText(S.high) }),
    (c, i) => of(c.speed[i], D.scales.speed, 4), speedText);
}
// The ball's height in the picture: up is up, as on the film beside it.
function heightChart(figure) {
  const S = D.series.place, up = (y) => D.height - y;
  if (!S) return;
  const room = 0.06 * (S.high - S.low);
  ballChart(figure, S, [up(S.high) - room, up(S.low) + room], say("height"), (c, i) => of(c.y[i], D.scales.pixel), (v) => `${counted(v)} px`, up);
}

function angleChart(figure) {
  const choice = figure.querySelector("select");
  if (!choice || !figure.querySelector("canvas")) return;
  const kinds = () => (D.angles.includes(choice.value) ? [[choice.value, "--left"]] : [[`left_${choice.value}`, "--left"], [`right_${choice.value}`, "--right"]]);
  const cached = new Map();
  const run = (name) => {
    const found = D.series.angles.find((one) => one.track === now.person);
    if (!found) return null;
    if (!cached.has(found.track)) cached.set(found.track, bytesOf(found.data));
    const n = found.buckets, a = D.angles.indexOf(name);
    return { bytes: cached.get(found.track), first: found.first, buckets: n, least: a * n, most: (D.angles.length + a) * n };
  };
  const bounds = () => {
    let low = Infinity, high = -Infinity;
    for (const [name] of kinds()) {
      const r = run(name);
      for (const from of r ? [r.least, r.most] : []) for (let i = 0; i < r.buckets; i++) {
        const b = r.bytes[from + i];
        if (b !== 255) { const v = -180 + (b / 254) * 360; low = Math.min(low, v); high = Math.max(high, v); }
      }
    }
    return high < low ? [0, 180] : [Math.max(-180, 10 * Math.floor((low - 4) / 10)), Math.min(180, 10 * Math.ceil((high + 4) / 10))];
  };
  const chart = new Chart(figure, (g, wide, high, self) => {
    washes(g, wide, high - 18, self, `track:${now.person}`);
    const [low, top] = bounds(), y = axes(g, wide, high, self, low, top, "°"), full = fullRate();
    figure.classList.toggle("one-line", kinds().length === 1);
    for (const [name, colour] of kinds()) {
      if (!full) { const r = run(name); if (r) band(g, r, -180, 180, css(colour), self, y); continue; }
      const a = D.angles.indexOf(name), points = [];
      for (const c of full) {
        const [from, to] = c.angleRows.get(now.person) ?? [0, 0];
        for (let i = from; i < to; i++) points.push([c.times[c.angleFrame[i] - c.first], of(c.angle[a][i], 10), c.angleFrame[i]]);
      }
      curve(g, points, css(colour), self, y, 2 * D.stride);
    }
    self.canvas.setAttribute("aria-label", say("angle", { angle: D.joints[choice.value], who: nameOf(now.person), low, high: top }));
  });
  chart.value = (time) => {
    const c = ready(chunkAt(time)), angles = c && anglesAt(c.first + indexIn(c, time), now.person);
    return `${clock(time, 2)}  ${kinds().map(([name]) => (angles && angles[name] !== null ? `${Math.round(angles[name])}°` : "–")).join(" · ")}`;
  };
  choice.addEventListener("change", () => chart.draw());
}

// The whole film, whatever the charts below show: shots, flights, the chosen person, evidence as marks to press.
const LANE = 15, lanes = [];
function timeline(figure) {
  if (D.shots.length > 1) lanes.push("shots");
  if (D.flights.length) lanes.push("flights");
  if (EVENTS.length) lanes.push("events");
  if (D.rallies.length) lanes.push("rallies");
  if (D.strokes.length) lanes.push("strokes");
  if (D.series.angles.length) lanes.push("persons");
  const rows = stack(), first = lanes.length;
  for (let i = 0; i < rows; i++) lanes.push(i ? "" : "findings");
  if (!lanes.length) { figure.hidden = true; return; }
  figure.style.setProperty("--lanes", `${lanes.length * LANE + 2}px`);
  new Chart(figure, (g, wide, high, self) => {
    if (now.window) {   // what the charts below show
      const [from, to] = view(), left = self.x(from);
      g.fillStyle = css("--line"); g.fillRect(left - 1, 0, Math.max(self.x(Math.min(to, D.end)) - left, 2) + 2, high);
    }
    g.textBaseline = "middle"; g.textAlign = "right";
    lanes.forEach((name, i) => {
      const top = i * LANE + 3;
      g.fillStyle = css("--soft"); if (name) g.fillText(say(name), self.gutter - 5, top + 5.5);
      g.fillStyle = css("--sunken"); g.fillRect(self.gutter, top, wide - self.gutter, LANE - 5);
      const bar = (start, end) => { const a = self.x(start); g.fillRect(a, top, Math.max(self.x(end) - a, 1), LANE - 5); };
      if (name === "shots") {
        g.fillStyle = css("--soft");
        D.shots.forEach((shot, k) => { if (k) bar(shot[1], shot[1]); });
      } else if (name === "flights") {
        g.fillStyle = css("--ball");
        D.flights.forEach(([start, end], k) => { g.globalAlpha = k % 2 ? 0.55 : 0.9; bar(start, end); });
        g.globalAlpha = 1;
      } else if (name === "events") ticks(g, top, top + LANE - 5, self);
      else if (name === "rallies") { g.fillStyle = css("--accent"); g.globalAlpha = 0.55; D.rallies.forEach(([start, end]) => bar(start, end)); g.globalAlpha = 1; }
      else if (name === "strokes") {
        for (const [start, contact, end, track] of D.strokes) {
          if (track !== now.person && now.person !== null) continue;
          g.fillStyle = css("--hit"); g.globalAlpha = 0.35; bar(start, end); g.globalAlpha = 1; bar(contact, contact);
        }
      } else if (name === "persons") {
        g.fillStyle = css("--left");
        const run = D.series.angles.find((one) => one.track === now.person), bytes = run && bytesOf(run.data), n = run?.buckets;
        const at = (i) => D.series.start_s + (run.first + i) * D.series.bucket_s;
        const seen = (i) => D.angles.some((_, a) => bytes[a * n + i] !== 255);
        for (let i = 0, from = -1; run && i <= n; i++) {
          const here = i < n && seen(i);
          if (here && from < 0) from = i;
          if (!here && from >= 0) { bar(at(from), at(i)); from = -1; }
        }
      }
    });
  }, () => [D.start, D.end]);
  marks.first = first;
}
// Rows so that evidence spans do not hide one another (four at most); each span is given its row.
function stack() {
  const spans = D.evidence.flatMap((one) => one.spans.map((span) => ({ one, span }))).sort((a, b) => a.span[0] - b.span[0]);
  const room = (D.end - D.start) / 150, ends = [];
  for (const item of spans) {
    let row = ends.findIndex((end) => end <= item.span[0]);
    if (row < 0) row = ends.length < 4 ? ends.length : ends.indexOf(Math.min(...ends));
    ends[row] = Math.max(item.span[1], item.span[0] + room);
    item.row = row;
  }
  marks.spans = spans;
  return ends.length;
}
function marks() {
  const long = Math.max(D.end - D.start, 1e-6);
  document.querySelector("#timeline .marks").replaceChildren(...(marks.spans ?? []).map(({ one, span, row }) => {
    const mark = document.createElement("button");
    mark.type = "button"; mark.className = one.severity; mark.tabIndex = -1;   // the cards' chips are the keyboard's way
    mark.title = `${one.title}, ${clock(span[0], 1)}–${clock(span[1], 1)}`;
    mark.setAttribute("aria-label", mark.title);
    mark.style.left = `${(100 * (span[0] - D.start)) / long}%`;
    mark.style.width = `${(100 * (span[1] - span[0])) / long}%`;
    mark.style.top = `${(marks.first + row) * LANE + 3}px`;
    mark.addEventListener("click", () => { choose(one.subject); goTo(span[2]); light(one.card); });
    return mark;
  }));
}
function light(card) { all(".card.lit").forEach((c) => c.classList.remove("lit")); $(`card-${card}`)?.classList.add("lit"); }

// ---------------------------------------------------------------- wiring
function choose(subject) {
  const track = Number(/^track:(-?\d+)$/.exec(subject ?? "")?.[1]);
  if (D.tracks.includes(track)) { $("person").value = track; pick(); }
}
function pick() {
  now.person = D.tracks.length ? Number($("person").value) : null;
  charts.forEach((chart) => chart.draw());
  draw(); read();
}
function toggle() { if (!filmWorks) return; if (film.paused) film.play(); else film.pause(); }
function press(group, button) { all("button", group).forEach((b) => b.setAttribute("aria-pressed", String(b === button))); }

scrub.min = D.start; scrub.max = D.end; scrub.value = OPENS;
scrub.addEventListener("input", () => goTo(Number(scrub.value)));
$("play").addEventListener("click", toggle);
picture.addEventListener("click", toggle);
$("back").addEventListener("click", () => step(-1));
$("forward").addEventListener("click", () => step(1));
for (const name of ["play", "pause", "ended"]) film.addEventListener(name, () => {
  $("play").classList.toggle("playing", !film.paused);
  $("play").setAttribute("aria-label", say(film.paused ? "play" : "pause"));
});
all("[data-rate]").forEach((button) => button.addEventListener("click", () => { film.playbackRate = Number(button.dataset.rate); press(button.parentNode, button); }));
all("[data-window]").forEach((button) => button.addEventListener("click", () => {
  now.window = Number(button.dataset.window); press(button.parentNode, button);
  lastFrom = view()[0]; charts.forEach((chart) => { chart.draw(); chart.head(now.time); });
}));
for (const name of ["ball", "trail", "events", "skeleton", "labels"]) $(`show-${name}`).addEventListener("change", draw);
$("person").addEventListener("change", pick);
$("sound").addEventListener("click", () => { film.muted = !film.muted; $("sound").setAttribute("aria-pressed", String(!film.muted)); });
if (!picture.requestFullscreen) $("full").hidden = true;
$("full").addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : $("stage").requestFullscreen()));
const evidence = all(".chip[data-goto]");
evidence.forEach((chip) => chip.addEventListener("click", () => {
  const card = Number(chip.closest(".card").id.slice(5));
  choose(D.evidence.find((one) => one.card === card)?.subject);
  light(card);
}));
all("[data-track]").forEach((button) => button.addEventListener("click", () => choose(`track:${button.dataset.track}`)));
all("[data-goto]").forEach((button) => button.addEventListener("click", () => {
  film.pause(); goTo(Number(button.dataset.goto)); inSight();
}));
function inSight() {
  const box = $("player").getBoundingClientRect();
  if (box.bottom < 80 || box.top > innerHeight - 80) $("player").scrollIntoView({ block: "start" });
}
$("copy").addEventListener("click", async () => {
  const button = $("copy"), text = $("sql").textContent;
  try { await navigator.clipboard.writeText(text); button.textContent = say("copied"); }
  catch { getSelection().selectAllChildren($("sql")); button.textContent = say("selected"); }
  setTimeout(() => { button.textContent = say("copy"); }, 1600);
});
let beat = -1;
function nextEvidence(by) {
  if (!evidence.length) return;
  beat = (beat + by + evidence.length) % evidence.length;
  evidence[beat].click(); evidence[beat].focus({ preventScroll: false });
}
// The court from above: lines, shots, and where the ball landed with the band that holds it. Near end below.
function court() {
  const C = D.court, svg = $("court");
  if (!C || !svg) return;
  const make = (name, attributes, parent = svg) => { const node = document.createElementNS(svg.namespaceURI, name); for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value); return parent.appendChild(node); };
  let [left, right, low, high] = [-C.extent[0], C.extent[0], -C.extent[1], C.extent[1]];
  if (!C.lines.length) [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of [...C.bounces, ...(C.lines.length ? [] : C.paths.flatMap(([, ...points]) => points))]) {
    left = Math.min(left, x); right = Math.max(right, x); low = Math.min(low, y); high = Math.max(high, y);
  }
  const size = Math.max(right - left, high - low) / 2, room = 0.1 * size, text = 0.055 * size;
  svg.setAttribute("viewBox", `${left - room} ${-high - room} ${right - left + 2 * room} ${high - low + 2 * room + 2 * text}`);
  const line = (points) => points.map(([x, y]) => `${x},${-y}`).join(" ");
  if (!C.lines.length) {   // of ground without lines, squares of a metre
    for (let x = Math.ceil(left - room); x <= right + room; x++) make("polyline", { points: line([[x, low - room], [x, high + room]]), class: "grid" });
    for (let y = Math.ceil(low - room); y <= high + room; y++) make("polyline", { points: line([[left - room, y], [right + room, y]]), class: "grid" });
  }
  for (const points of C.lines) make("polyline", { points: line(points), class: "line" });
  for (const [x, y, r] of C.circles) make("circle", { cx: x, cy: -y, r, class: "line" });
  if (C.net !== null) make("line", { x1: -C.net, x2: C.net, y1: 0, y2: 0, class: "net" });
  for (const [, ...points] of C.paths) make("polyline", { points: line(points), class: "path" });
  for (const [x, y, major, minor, angle, time] of C.bounces) {
    const place = make("g", { class: "place", tabindex: 0, role: "button", "data-time": time, transform: `translate(${x} ${-y}) rotate(${-angle})` });
    place.setAttribute("aria-label", say("landed", { time: clock(time, 1), x: digits(x.toFixed(1)), y: digits(y.toFixed(1)) }));
    make("title", {}, place).textContent = place.getAttribute("aria-label");
    make("ellipse", { rx: Math.max(major, 0.012 * size), ry: Math.max(minor, 0.012 * size), class: "band" }, place);
    make("circle", { r: 0.011 * size }, place);
    const go = () => { film.pause(); goTo(time); inSight(); };
    place.addEventListener("click", go);
    place.addEventListener("keydown", (e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); e.stopPropagation(); go(); } });
  }
  make("text", { x: (left + right) / 2, y: -low + room + text, "font-size": text }).textContent = C.lines.length ? say("near") : say("grid");
}
// To the next event by time; between two frames, from the one on show.
function nextEvent(by) {
  if (!EVENTS.length) return;
  const apart = (D.end - D.start) / D.frames / 2;
  const at = by > 0 ? eventFrom(now.time + apart) : eventFrom(now.time - apart) - 1;
  const one = EVENTS[Math.min(Math.max(at, 0), EVENTS.length - 1)];
  film.pause(); goTo(one.time);
}
// The events of the stretch on show, as buttons; the one the film is at is marked.
let listedFor = null;
function listEvents() {
  const list = $("events"), [from, to] = view();
  if (!list || listedFor === `${from} ${to}`) return;
  listedFor = `${from} ${to}`;
  const first = eventFrom(from), last = eventFrom(to), shown = EVENTS.slice(first, Math.min(last, first + MOST_LISTED));
  list.replaceChildren(...shown.map((one) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button"; button.className = `moment ${one.kind}`; button.dataset.time = one.time;
    button.textContent = `${clock(one.time, 2)} ${say(one.kind)}`;
    button.title = say("event", { kind: say(one.kind), time: clock(one.time, 2), sure: one.sure });
    button.addEventListener("click", () => { film.pause(); goTo(one.time); inSight(); });
    item.append(button);
    return item;
  }));
  if (last - first > shown.length) {
    const item = document.createElement("li");
    item.className = "small"; item.textContent = say("more", { n: counted(last - first - shown.length) });
    list.append(item);
  }
}
function markEvent() {
  for (const node of all("#events .moment, #court .place")) current(node, Math.abs(Number(node.dataset.time) - now.time) < FLASH_SECONDS / 4);
  for (const [start, contact, end, track, place] of D.strokes) current($(`stroke-${place}`), now.time >= start - EPSILON && now.time <= end + EPSILON && Math.abs(now.time - contact) < 1.5);
}
function current(node, here) { if (!node) return; if (here) node.setAttribute("aria-current", "true"); else node.removeAttribute("aria-current"); }
const flip = (id) => $(id).click();
const KEYS = {
  " ": toggle, k: toggle, ArrowLeft: (e) => (e.shiftKey ? goTo(now.time - 1) : step(-1)), ArrowRight: (e) => (e.shiftKey ? goTo(now.time + 1) : step(1)),
  1: () => document.querySelector("[data-rate='0.25']").click(), 2: () => document.querySelector("[data-rate='0.5']").click(), 3: () => document.querySelector("[data-rate='1']").click(),
  b: () => flip("show-ball"), t: () => flip("show-trail"), s: () => flip("show-skeleton"), l: () => flip("show-labels"),
  m: () => flip("sound"), f: () => flip("full"), n: () => nextEvent(1), p: () => nextEvent(-1), e: (e) => nextEvidence(e.shiftKey ? -1 : 1),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, textarea, input[type=range]")) return;
  if (event.key === " " && event.target.matches("button, input, summary, a")) return;   // they are pressed by it
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act) { event.preventDefault(); act(event); }
});

// On a narrow screen the long lists begin folded; on paper nothing is.
const folds = all(".fold, .group, .exact");
if (matchMedia("(max-width: 899px)").matches) folds.forEach((one) => { one.open = false; });
let folded = [];
window.addEventListener("beforeprint", () => { folded = folds.filter((one) => !one.open); folded.forEach((one) => { one.open = true; }); });
window.addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));

if (D.end - D.start > 300) {   // the charts of a long film begin with a minute; the timeline shows the whole
  now.window = 60;
  const button = document.querySelector("[data-window='60']");
  press(button.parentNode, button);
}
timeline($("timeline"));
speedChart($("chart-speed"));
heightChart($("chart-height"));
angleChart($("chart-knee"));
angleChart($("chart-elbow"));
marks();
court();
pick();
new ResizeObserver(draw).observe(picture);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach((chart) => chart.draw()));
if (!D.frames) { notice("film", say("no_frames")); filmWorks = false; }
else if (film.error) film.dispatchEvent(new Event("error"));
else load(chunkAt(OPENS)).then(() => { charts.forEach((chart) => chart.draw()); if (now.frame < 0) show(film.readyState >= 2 ? film.currentTime : OPENS); });
})();
