import { ImportError } from '../import-file.ts';

/** Exports nest less than ten times. */
const MAX_DEPTH = 32;
/** An export of 2 MiB has half as many, names of members included. */
const MAX_VALUES = 500_000;
/** The characters read between two pauses: some milliseconds of work. */
const PIECE = 8192;

const BLANK = /[ \t\n\r]*/y;
/** RFC 8259, sections 3 and 6. */
const PLAIN = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * Reads JSON as `JSON.parse` does, in bounds and with pauses: of a hostile text, `JSON.parse` holds up the process for
 * a second and more (SR-56). Objects have no prototype, and need no names in common to be read fast.
 *
 * @throws ImportError
 * @example
 * [...parseJson('[1]')] // [], a short text has no pause
 */
export function* parseJson(text: string): Generator<undefined, unknown> {
  const reader = new JsonReader(text);
  const value = yield* reader.readValue(0);
  reader.end();
  return value;
}

class JsonReader {
  readonly #text: string;
  #at = 0;
  #values = 0;
  #pausedAt = 0;

  constructor(text: string) {
    this.#text = text;
  }

  *readValue(depth: number): Generator<undefined, unknown> {
    this.#values += 1;
    if (this.#values > MAX_VALUES || depth > MAX_DEPTH) throw new ImportError('JSON_OUT_OF_BOUNDS');
    if (this.#at - this.#pausedAt >= PIECE) {
      this.#pausedAt = this.#at;
      yield undefined;
    }
    if (this.#takes('{')) return yield* this.#readObject(depth);
    if (this.#takes('[')) return yield* this.#readArray(depth);
    return this.#text[this.#at] === '"' ? this.#readString() : JSON.parse(this.#match(PLAIN));
  }

  end(): void {
    this.#match(BLANK);
    if (this.#at < this.#text.length) throw new ImportError('JSON_MALFORMED');
  }

  *#readObject(depth: number): Generator<undefined, Record<string, unknown>> {
    const members: Record<string, unknown> = Object.create(null);
    if (this.#takes('}')) return members;
    do {
      this.#match(BLANK);
      const name = this.#readString();
      this.#values += 1;
      this.#expect(':');
      members[name] = yield* this.readValue(depth + 1);
    } while (this.#takes(','));
    this.#expect('}');
    return members;
  }

  *#readArray(depth: number): Generator<undefined, unknown[]> {
    const items: unknown[] = [];
    if (this.#takes(']')) return items;
    do items.push(yield* this.readValue(depth + 1));
    while (this.#takes(','));
    this.#expect(']');
    return items;
  }

  #readString(): string {
    const from = this.#at;
    let to = from;
    do to = this.#text.indexOf('"', to + 1);
    while (to > 0 && this.#isEscaped(to, from));
    if (this.#text[from] !== '"' || to < 0) throw new ImportError('JSON_MALFORMED');
    this.#at = to + 1;
    try {
      return JSON.parse(this.#text.slice(from, to + 1));
    } catch {
      throw new ImportError('JSON_MALFORMED');
    }
  }

  /** Behind an odd number of backslashes. */
  #isEscaped(at: number, from: number): boolean {
    let first = at;
    while (first - 1 > from && this.#text[first - 1] === '\\') first -= 1;
    return (at - first) % 2 === 1;
  }

  #takes(mark: string): boolean {
    this.#match(BLANK);
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    this.#match(BLANK);
    return true;
  }

  #expect(mark: string): void {
    if (!this.#takes(mark)) throw new ImportError('JSON_MALFORMED');
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new ImportError('JSON_MALFORMED');
    this.#at += found.length;
    return found;
  }
}
