/**
 * Ascending numbers as the Golomb-Rice code of their gaps: a quotient in unary (ones, then a zero) and `low` bits. Ones
 * fill the last byte, so that the end needs no mark: no code consists of ones alone.
 */
export class RiceWriter {
  readonly #low: number;
  #bytes: Buffer;
  #length = 0;
  #current = 0;
  #bits = 0;
  #previous = -1;

  constructor(low: number, capacity = 4096) {
    this.#low = low;
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** @param value greater than the one before */
  add(value: number): void {
    const gap = value - this.#previous - 1;
    this.#previous = value;
    let quotient = gap >>> this.#low;
    for (; quotient >= 16; quotient -= 16) this.#put(0xffff, 16);
    this.#put(2 ** (quotient + 1) - 2, quotient + 1);
    this.#put(gap & (2 ** this.#low - 1), this.#low);
  }

  /** The code of all numbers since the last call. Valid until the next `add`. */
  finish(): Buffer {
    if (this.#bits > 0) this.#put(2 ** (8 - this.#bits) - 1, 8 - this.#bits);
    const written = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    this.#previous = -1;
    return written;
  }

  /** @param bits at most 24, beside up to 7 that wait for the rest of their byte */
  #put(value: number, bits: number): void {
    this.#current = (this.#current << bits) | value;
    this.#bits += bits;
    if (this.#length + 4 > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#length + 4)]);
    while (this.#bits >= 8) {
      this.#bits -= 8;
      this.#bytes[this.#length++] = this.#current >>> this.#bits;
    }
    this.#current &= 2 ** this.#bits - 1;
  }
}

/** Whether the code has the number. The numbers ascend, so the search ends at the first one that is not below it. */
export function riceCodeHas(code: Uint8Array, low: number, wanted: number): boolean {
  const end = code.length * 8;
  const bitAt = (at: number) => ((code[at >>> 3] ?? 0) >>> (7 - (at & 7))) & 1;
  let value = -1;
  let at = 0;
  while (at < end) {
    let quotient = 0;
    while (at < end && bitAt(at) === 1) {
      quotient += 1;
      at += 1;
    }
    if (at === end) return false;
    at += 1;
    let rest = 0;
    for (let read = 0; read < low; read++) rest = rest * 2 + bitAt(at++);
    value += quotient * 2 ** low + rest + 1;
    if (value >= wanted) return value === wanted;
  }
  return false;
}
