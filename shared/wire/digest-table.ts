const INITIAL_CAPACITY = 1024;
/** More make the search for a free place long. */
const MAX_LOAD = 0.75;
const GROWTH = 1.5;

/** The halves of a digest of 16 hexadecimal digits. */
export function halvesOf(digest: string): [high: number, low: number] {
  return [Number.parseInt(digest.slice(0, 8), 16), Number.parseInt(digest.slice(8), 16)];
}

/** The opposite of {@link halvesOf}. */
export function digestOfHalves(high: number, low: number): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

/**
 * A number for each of many digests of 64 evenly distributed bits, in some 14 bytes each: a Map takes ten times that, and
 * ends at 16 million.
 */
export class DigestTable {
  size = 0;
  #capacity: number;
  #digests: Uint32Array;
  #values: Uint16Array;

  /** @param expected number of digests */
  constructor(expected = 0) {
    this.#capacity = Math.max(INITIAL_CAPACITY, Math.ceil(expected / MAX_LOAD) + 1);
    this.#digests = new Uint32Array(2 * this.#capacity);
    this.#values = new Uint16Array(this.#capacity);
  }

  /** The number of a digest, given as two halves; 0 if it has none. */
  get(high: number, low: number): number {
    return this.#values[this.#find(high, low)] ?? 0;
  }

  /** @param value 1 to 65535 */
  set(high: number, low: number, value: number): void {
    if (this.size >= this.#capacity * MAX_LOAD) this.#grow();
    const at = this.#find(high, low);
    if (this.#values[at] === 0) this.size += 1;
    this.#digests[2 * at] = high;
    this.#digests[2 * at + 1] = low;
    this.#values[at] = value;
  }

  *entries(): Generator<[high: number, low: number, value: number]> {
    for (let at = 0; at < this.#capacity; at++) {
      const value = this.#values[at] ?? 0;
      if (value !== 0) yield [this.#digests[2 * at] ?? 0, this.#digests[2 * at + 1] ?? 0, value];
    }
  }

  /** Where the digest is, or would be. */
  #find(high: number, low: number): number {
    let at = Math.floor((high / 2 ** 32) * this.#capacity);
    while (this.#values[at] !== 0 && (this.#digests[2 * at] !== high || this.#digests[2 * at + 1] !== low)) {
      at = at + 1 === this.#capacity ? 0 : at + 1;
    }
    return at;
  }

  #grow(): void {
    const [digests, values] = [this.#digests, this.#values] as const;
    this.#capacity = Math.ceil(this.#capacity * GROWTH);
    this.#digests = new Uint32Array(2 * this.#capacity);
    this.#values = new Uint16Array(this.#capacity);
    this.size = 0;
    for (const [at, value] of values.entries()) {
      if (value !== 0) this.set(digests[2 * at] ?? 0, digests[2 * at + 1] ?? 0, value);
    }
  }
}
