import { crc32, deflateSync, inflateSync } from 'node:zlib';

interface Pixels {
  width: number;
  height: number;
  /** 0xRRGGBB, row by row. */
  colours: Uint32Array;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const TRUECOLOUR = 2;
const PALETTE = 3;
const MOST_COLOURS = 256;
/** Squared distance of two colours that the eye can tell apart side by side, roughly. */
const TELLING = 4;

/**
 * The picture in at most 256 colours: those that it uses most, every other one replaced by the nearest of them. For
 * pictures of screens, which have few real colours and many in between at the edges of letters.
 *
 * @throws Error for what a screenshot is not: interlaced, grey, with a palette or deep.
 */
export function shrinkPng(png: Buffer): Buffer {
  const { width, height, colours } = decode(png);
  const palette = mostUsed(colours);
  const indexOf = nearestIn(palette);
  // Each row is led by its filter, here none: neighbours in a palette are no neighbours in colour.
  const rows = Buffer.alloc((width + 1) * height);
  colours.forEach((colour, i) => {
    rows[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = indexOf(colour);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = PALETTE;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function decode(png: Buffer): Pixels {
  const parts = new Map<string, Buffer[]>();
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    parts.set(type, [...(parts.get(type) ?? []), png.subarray(at + 8, at + 8 + length)]);
    at += 12 + length;
  }
  const [header] = parts.get('IHDR') ?? [];
  if (header?.[8] !== 8 || header[9] !== TRUECOLOUR || header[12] !== 0) {
    throw new Error('This is no plain PNG of 8 bits per channel.');
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const bytes = unfilter(inflateSync(Buffer.concat(parts.get('IDAT') ?? [])), width * 3, height);
  const colours = Uint32Array.from({ length: width * height }, (_, i) => bytes.readUIntBE(i * 3, 3));
  return { width, height, colours };
}

/** Undoes the filters of the rows (PNG 9.2). */
function unfilter(data: Buffer, stride: number, height: number): Buffer {
  const bytes = Buffer.alloc(stride * height);
  const at = (row: number, i: number) => (row < 0 || i < 0 ? 0 : (bytes[row * stride + i] ?? 0));
  for (let row = 0; row < height; row++) {
    const filter = data[row * (stride + 1)] ?? 0;
    for (let i = 0; i < stride; i++) {
      const [left, up, corner] = [at(row, i - 3), at(row - 1, i), i < 3 ? 0 : at(row - 1, i - 3)];
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      bytes[row * stride + i] = ((data[row * (stride + 1) + 1 + i] ?? 0) + guess) & 255;
    }
  }
  return bytes;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** By use, but none that can hardly be told from one chosen before: so a small spot of its own colour keeps it. */
function mostUsed(colours: Uint32Array): number[] {
  const uses = new Map<number, number>();
  for (const colour of colours) uses.set(colour, (uses.get(colour) ?? 0) + 1);
  const chosen: number[] = [];
  for (const [colour] of [...uses].sort(([, one], [, other]) => other - one)) {
    if (chosen.length === MOST_COLOURS) break;
    if (chosen.every((other) => distance(colour, other) >= TELLING)) chosen.push(colour);
  }
  return chosen;
}

function nearestIn(palette: readonly number[]): (colour: number) => number {
  const known = new Map<number, number>(palette.map((colour, index) => [colour, index]));
  return (colour) => {
    let index = known.get(colour);
    if (index === undefined) {
      const far = palette.map((candidate) => distance(candidate, colour));
      index = far.indexOf(Math.min(...far));
      known.set(colour, index);
    }
    return index;
  };
}

function distance(one: number, other: number): number {
  const [r, g, b] = channels(one);
  const [x, y, z] = channels(other);
  return (r - x) ** 2 + (g - y) ** 2 + (b - z) ** 2;
}

const channels = (colour: number): [number, number, number] => [colour >> 16, (colour >> 8) & 255, colour & 255];

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
