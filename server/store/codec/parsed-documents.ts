import type { DocumentKey, RawKey, Stored } from '../../kernel/ports/store.ts';

/** A document as stored, and when it expires. */
interface Decoded {
  readonly stored: Stored<unknown>;
  readonly expiresAt: number;
}

interface Entry<Raw> extends Decoded {
  readonly raw: Raw;
}

/** The form in which a store has its documents. */
interface StoredForm<Raw> {
  readonly isSame: (one: Raw, other: Raw) => boolean;
  /** Of what the next read may overwrite. */
  readonly copy: (raw: Raw) => Raw;
  readonly decode: (raw: Raw) => Decoded;
}

/** Maximum characters or bytes of the stored forms that are kept. */
const MAX_SIZE = 2_000_000;

/**
 * Keeps the parsed value of documents that many requests read and few change, beside the exact form in which the store
 * has them. It saves the parsing and never the reading: the caller has just read `raw`, and a value is used again only
 * if it was parsed from the same (SR-39). The values are frozen, since many requests share them.
 */
export class ParsedDocuments<Raw extends { readonly length: number }> {
  readonly #entries = new Map<string, Entry<Raw>>();
  readonly #form: StoredForm<Raw>;
  readonly #maxSize: number;
  #size = 0;

  constructor(form: StoredForm<Raw>, maxSize = MAX_SIZE) {
    this.#form = form;
    this.#maxSize = maxSize;
  }

  /** The document in this form, unless it has expired. */
  parse(key: RawKey, raw: Raw, now: number): Stored<unknown> | undefined {
    const { stored, expiresAt } = isHot(key) ? this.#parseHot(key, raw) : this.#form.decode(raw);
    return expiresAt <= now ? undefined : stored;
  }

  #parseHot({ anchor, name }: RawKey, raw: Raw): Decoded {
    const key = `${name.length} ${name}${anchor}`;
    const known = this.#entries.get(key);
    if (known && this.#form.isSame(known.raw, raw)) return known;
    const decoded = this.#form.decode(raw);
    freeze(decoded.stored);
    this.#forget(key);
    this.#entries.set(key, { ...decoded, raw: this.#form.copy(raw) });
    this.#size += raw.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#maxSize) break;
      this.#forget(oldest);
    }
    return decoded;
  }

  #forget(key: string): void {
    this.#size -= this.#entries.get(key)?.raw.length ?? 0;
    this.#entries.delete(key);
  }
}

function isHot(key: RawKey | DocumentKey): boolean {
  return 'document' in key && key.document.isHot === true;
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}
