import { decode, encode } from 'fast-png';

const MAX_COLOURS = 256;
/** Squared distance of two colours that the eye can roughly distinguish side by side. */
const MIN_DISTANCE = 4;

/**
 * Reduces a picture to its 256 most used colours, replacing others by the nearest. For screenshots, which have few
 * colours besides those at the edges of letters.
 *
 * @throws Error for pictures that are grey, transparent, with a palette or with more than 8 bits
 */
export function shrinkPng(png: Uint8Array): Uint8Array {
  const { width, height, data, channels, depth, palette: given } = decode(png);
  if (channels !== 3 || depth !== 8 || given) throw new Error('This is no plain PNG of 8 bits per channel.');
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const colours = Uint32Array.from({ length: width * height }, (_, i) => bytes.readUIntBE(i * 3, 3));
  const palette = mostUsed(colours);
  const indexOf = nearestIn(palette);
  return encode(
    { width, height, channels: 1, depth: 8, data: Uint8Array.from(colours, indexOf), palette: palette.map(channelsOf) },
    { zlib: { level: 9 } },
  );
}

/** By use, skipping colours too close to one chosen before, so that a small spot keeps its own colour. */
function mostUsed(colours: Uint32Array): number[] {
  const uses = new Map<number, number>();
  for (const colour of colours) uses.set(colour, (uses.get(colour) ?? 0) + 1);
  const chosen: number[] = [];
  for (const [colour] of [...uses].sort(([, one], [, other]) => other - one)) {
    if (chosen.length === MAX_COLOURS) break;
    if (chosen.every((other) => distance(colour, other) >= MIN_DISTANCE)) chosen.push(colour);
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
  const [r, g, b] = channelsOf(one);
  const [x, y, z] = channelsOf(other);
  return (r - x) ** 2 + (g - y) ** 2 + (b - z) ** 2;
}

const channelsOf = (colour: number): [number, number, number] => [colour >> 16, (colour >> 8) & 255, colour & 255];
