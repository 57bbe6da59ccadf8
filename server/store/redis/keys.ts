import { crc32 } from 'node:zlib';
import type { RawKey } from '../../kernel/ports/store.ts';
import { encodeKey, isUnescaped } from '../codec/key-codec.ts';
import { encodeText, isWellFormed } from '../codec/text.ts';

/** A string where possible, bytes if the id is not valid UTF-8 or contains NUL. */
export type Key = string | Buffer;

/**
 * Makes the store's Redis keys: `cs:{p17}:d:<anchor> NUL <name>`. The braces of the partition come first, so braces in
 * ids do not move the key to another slot; the kind's letter and the encoding of pairs separate keys (SR-51).
 */
export class Keys {
  readonly #partitions: number;
  readonly #starts: readonly string[];
  /** Holds the settings the deployment was created with. */
  readonly deployment: string;
  /** Held by the command that moves the store. */
  readonly lease: string;
  /** Names the store for moves. */
  readonly source: string;

  constructor(prefix: string, partitions: number) {
    this.#partitions = partitions;
    this.#starts = Array.from({ length: partitions }, (_, partition) => `${prefix}:{p${partition}}:`);
    this.deployment = `${prefix}:{deployment}`;
    this.lease = `${this.deployment}:move`;
    this.source = `${this.deployment}:source`;
  }

  partitionOf(anchor: string): number {
    return crc32(anchor) % this.#partitions;
  }

  /** The start of the partition's keys. */
  home(partition: number): string {
    const start = this.#starts[partition];
    if (start === undefined) throw new RangeError(`No partition ${partition}`);
    return start;
  }

  state(partition: number): string {
    return `${this.home(partition)}state`;
  }

  /** The last version that replicas are known to have. */
  confirmed(partition: number): string {
    return confirmedKey(this.home(partition));
  }

  /** The last version that deleted documents. */
  deleted(partition: number): string {
    return `${this.home(partition)}deleted`;
  }

  /** The last version that changed indexes. */
  indexed(partition: number): string {
    return `${this.home(partition)}indexed`;
  }

  events(partition: number): string {
    return `${this.home(partition)}events`;
  }

  /** What commits change while the store is moved. */
  journal(partition: number): string {
    return `${this.home(partition)}journal`;
  }

  /** What commits change, for the next increment of a backup. */
  changes(partition: number): string {
    return `${this.home(partition)}changes`;
  }

  /** The counters that are raised while the store is moved. */
  raised(partition: number): string {
    return `${this.home(partition)}raised`;
  }

  check(partition: number): string {
    return `${this.home(partition)}check`;
  }

  document(partition: number, { anchor, name }: RawKey): Key {
    const start = `${this.home(partition)}d:`;
    if (isUnescaped(anchor) && isWellFormed(name)) return `${start}${anchor}\0${name}`;
    return Buffer.concat([Buffer.from(start), encodeKey(anchor, name)]);
  }

  operation(partition: number, operation: string): Key {
    return this.#text(`${this.home(partition)}o:`, operation);
  }

  index(partition: number, index: string): Key {
    return this.#text(`${this.home(partition)}i:`, index);
  }

  counter(key: string, windowMs: number, window: number): Key {
    return this.#text(`${this.home(this.partitionOf(key))}c:${windowMs}:${window}:`, key);
  }

  #text(start: string, text: string): Key {
    return isWellFormed(text) ? start + text : Buffer.concat([Buffer.from(start), encodeText(text)]);
  }
}

/** @param home see {@link Keys.home} */
export function confirmedKey(home: string): string {
  return `${home}confirmed`;
}
