import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import {
  BROKEN_OFF,
  CHANGES,
  type ChangesHeader,
  DIGEST_LENGTH,
  SUM_LENGTH,
  summedText,
} from '@countersign/protocol/backup-text';
import { CodedError } from '@countersign/protocol/coded-error';
import { DigestTable, digestOfHalves, halvesOf } from '@countersign/protocol/digest-table';
import { type Problem, ServiceRefusal, Unreachable } from '../connection/service.ts';
import { type BackupState, EARLIER, GONE, PRESENT, type UnprovenState } from './backup-state.ts';

/** The state and the service disagree about the earlier backup. */
class StateIncomplete extends CodedError {
  readonly code = 'STATE_INCOMPLETE';
  constructor() {
    super('the earlier backup lacks what the store held then: make a full backup with --state');
  }
}

const LINE_FEED = 0x0a;
/** Digests of one line. */
const MAX_DIGESTS = 1000;
const RECORD_START = 1 + DIGEST_LENGTH + 1;

/**
 * Makes a backup of what the service sends ({@link CHANGES}), which knows what changed: leaves out the index entries that
 * the earlier backup has, and names what is gone since. Ends with an error unless all has arrived.
 */
export class BackupAssembly extends Transform {
  /** Lines of the backup so far. */
  lines = 0;
  readonly #earlier: UnprovenState | undefined;
  #digests = new DigestTable();
  #header: ChangesHeader | undefined;
  #macKey: KeyObject | undefined;
  #sum = '';
  #received = 0;
  #hasEnded = false;
  #rest: Buffer[] = [];

  /** @param earlier the state of the backup that this one follows */
  constructor(earlier?: UnprovenState) {
    super();
    this.#earlier = earlier;
  }

  /** Of the complete backup. */
  get state(): BackupState {
    return { point: this.#header?.point ?? '', sum: this.#sum, digests: this.#digests };
  }

  get salt(): string {
    return this.#header?.record.series.salt ?? '';
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      let written = '';
      let from = 0;
      for (let to = chunk.indexOf(LINE_FEED); to !== -1; to = chunk.indexOf(LINE_FEED, from)) {
        this.#rest.push(chunk.subarray(from, to));
        const line = this.#rest.length === 1 ? (this.#rest[0] ?? chunk) : Buffer.concat(this.#rest);
        this.#rest = [];
        written += this.#take(line.toString('utf8'));
        from = to + 1;
      }
      if (from < chunk.length) this.#rest.push(Buffer.from(chunk.subarray(from)));
      done(null, written === '' ? undefined : written);
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    done(this.#hasEnded ? null : new Unreachable('the backup was cut off: its end is missing'));
  }

  /** Returns what the line adds to the backup. */
  #take(line: string): string {
    if (line.startsWith(BROKEN_OFF)) {
      throw new ServiceRefusal(503, JSON.parse(line.slice(BROKEN_OFF.length)) as Problem);
    }
    if (this.#hasEnded) throw new Unreachable('there is data after the end of the backup');
    const kind = line[0];
    const rest = line.slice(1);
    if (kind === CHANGES.end) {
      if (Number(rest) !== this.#received) throw new Unreachable('lines of the backup are missing');
      this.#hasEnded = true;
      return this.#end();
    }
    this.#received += 1;
    if (kind === CHANGES.header) return this.#begin(JSON.parse(rest) as ChangesHeader);
    if (!this.#header) throw new Unreachable('this is not a backup');
    if (kind === CHANGES.unchanged || kind === CHANGES.gone) {
      this.#mark(rest, kind === CHANGES.gone);
      return '';
    }
    if (kind === CHANGES.always) return this.#write(rest);
    if (kind !== CHANGES.changed && kind !== CHANGES.asBefore) throw new Unreachable('this is not a backup');
    const [high, low] = halvesOf(rest.slice(0, DIGEST_LENGTH));
    const isKnown = this.#digests.get(high, low) !== 0;
    this.#digests.set(high, low, PRESENT);
    return kind === CHANGES.asBefore && isKnown ? '' : this.#write(line.slice(RECORD_START));
  }

  #begin(header: ChangesHeader): string {
    const { series } = header.record;
    this.#header = header;
    this.#macKey = createSecretKey(header.macKey, 'base64url');
    const earlier = this.#earlier?.prove(series.salt);
    if (!earlier) return this.#write(JSON.stringify(header.record));
    this.#digests = earlier.digests;
    return this.#write(JSON.stringify({ ...header.record, series: { ...series, follows: earlier.sum } }));
  }

  #mark(digests: string, isGone: boolean): void {
    for (let at = 0; at < digests.length; at += DIGEST_LENGTH) {
      const [high, low] = halvesOf(digests.slice(at, at + DIGEST_LENGTH));
      if (this.#digests.get(high, low) !== 0) this.#digests.set(high, low, isGone ? GONE : PRESENT);
      // What came and went since the earlier backup is in neither.
      else if (!isGone) throw new StateIncomplete();
    }
  }

  #end(): string {
    let written = '';
    let gone = '';
    const writeGone = () => {
      written += this.#write(JSON.stringify({ gone }));
      gone = '';
    };
    for (const [high, low, value] of this.#digests.entries()) {
      if (value === EARLIER && !this.#header?.hasOnlyChanges) this.#digests.set(high, low, GONE);
      else if (value !== GONE) continue;
      gone += digestOfHalves(high, low);
      if (gone.length === MAX_DIGESTS * DIGEST_LENGTH) writeGone();
    }
    if (gone !== '') writeGone();
    return written + this.#write(JSON.stringify({ end: this.lines }));
  }

  #write(json: string): string {
    if (!this.#macKey) throw new Unreachable('this is not a backup');
    this.lines += 1;
    this.#sum = createHmac('sha256', this.#macKey)
      .update(summedText(this.#sum, json))
      .digest('base64url')
      .slice(0, SUM_LENGTH);
    return `${this.#sum} ${json}\n`;
  }
}
