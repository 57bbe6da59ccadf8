/**
 * A set of search terms in 12 bits each (a Bloom filter): whether a term may be in it, wrong for about one in 300 that are
 * not. In base64url.
 */
export type IdFilter = string;

const BITS_PER_ID = 12;
const BITS_SET_PER_ID = 8;
const MIN_BYTES = 8;

export function makeIdFilter(ids: ReadonlySet<string>): IdFilter {
  const bits = new Uint8Array(Math.max(MIN_BYTES, Math.ceil((ids.size * BITS_PER_ID) / 8)));
  for (const id of ids) {
    const [first, second] = hashesOf(id);
    for (let at = 0; at < BITS_SET_PER_ID; at++) {
      const bit = bitAt(first, second, at, bits);
      bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
  }
  return Buffer.from(bits).toString('base64url');
}

export function mayContain(filter: IdFilter, id: string): boolean {
  return mayContainAll(filter, [id]);
}

export function mayContainAll(filter: IdFilter, ids: readonly string[]): boolean {
  const bits = Buffer.from(filter, 'base64url');
  return ids.every((id) => isIn(bits, id));
}

function isIn(bits: Uint8Array, id: string): boolean {
  const [first, second] = hashesOf(id);
  for (let at = 0; at < BITS_SET_PER_ID; at++) {
    const bit = bitAt(first, second, at, bits);
    if (((bits[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** Two hashes give all the others (Kirsch and Mitzenmacher, "Less hashing, same performance"). */
function bitAt(first: number, second: number, at: number, bits: Uint8Array): number {
  return (first + at * second) % (bits.length * 8);
}

/** FNV-1a from two starting points. The service chooses all terms, and its ids at random, so none are made to collide. */
function hashesOf(id: string): readonly [number, number] {
  let [first, second] = [0x811c9dc5, 0x01000193];
  for (let at = 0; at < id.length; at++) {
    const code = id.charCodeAt(at);
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second ^ code, 0x85ebca6b);
  }
  // An odd step visits different bits.
  return [mix(first), (mix(second) | 1) >>> 0];
}

/** Spreads the last characters over all bits (the finalizer of MurmurHash3). */
function mix(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
