// Draws the seal as PNG, for phones that take no SVG: a rounded square and round strokes, by distance, with smooth edges.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

const BOX = 28, ROUND = 6;

export function drawMarks(source, out) {
  const svg = readFileSync(source, "utf8");
  const [, ground] = /fill="(#[0-9a-f]{6})"/.exec(svg);
  const strokes = segments(/ d="([^"]+)"/.exec(svg)[1]);
  for (const size of [180, 192, 512]) {
    writeFileSync(join(out, `seal-${size}.png`), png(size, pixels(size, ground, strokes, size === 180 ? 0 : ROUND, 1)));
  }
  // Maskable: the ground to the edges, the mark within the circle that every shape of icon shows.
  writeFileSync(join(out, "seal-512-maskable.png"), png(512, pixels(512, ground, strokes, 0, 0.8)));
}

// Reads the commands that the seal uses (M L H V, absolute and relative) into lines [x1, y1, x2, y2].
function segments(path) {
  const found = [];
  let [x, y, command] = [0, 0, ""];
  const parts = path.match(/[a-z]|-?(?:\d+\.\d+|\.\d+|\d+)/gi);
  while (parts.length) {
    if (/[a-z]/i.test(parts[0])) command = parts.shift();
    const own = command === command.toLowerCase(), way = command.toUpperCase(), before = [x, y];
    if (!"MLHV".includes(way)) throw new Error(`the seal uses ${command}`);
    if (way !== "V") x = Number(parts.shift()) + (own ? x : 0);
    if (way !== "H") y = Number(parts.shift()) + (own ? y : 0);
    if (way === "M") command = own ? "l" : "L";
    else found.push([...before, x, y]);
  }
  return found;
}

function pixels(size, ground, strokes, round, scale) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(ground.slice(at, at + 2), 16));
  const raw = Buffer.alloc(size * (size * 4 + 1)), unit = BOX / size;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const x = (column + 0.5) * unit, y = (row + 0.5) * unit;
      const [mx, my] = [x, y].map((value) => (value - BOX / 2) / scale + BOX / 2);
      const mark = smooth((1 - Math.min(...strokes.map((line) => distance(mx, my, line)))) * scale, unit);
      const inside = smooth(-corner(x, y, round), unit);
      const colours = [red, green, blue].map((value) => Math.round(value + (255 - value) * mark));
      raw.set([...colours, Math.round(255 * inside)], row * (size * 4 + 1) + 1 + column * 4);
    }
  }
  return raw;
}

const smooth = (depth, unit) => Math.min(1, Math.max(0, depth / unit + 0.5));

function distance(x, y, [x1, y1, x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

function corner(x, y, round) {
  const [dx, dy] = [x, y].map((value) => Math.abs(value - BOX / 2) - BOX / 2 + round);
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - round;
}

function png(size, raw) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6], 8); // 8 bits of red, green, blue and alpha
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([start, chunk("IHDR", head), chunk("IDAT", deflateSync(raw, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]), frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
