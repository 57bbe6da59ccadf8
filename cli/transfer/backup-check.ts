import { Transform, type TransformCallback } from 'node:stream';
import { BROKEN_OFF, LAST_LINE } from '@countersign/protocol/backup-text';
import { type Problem, ServiceRefusal, Unreachable } from '../connection/service.ts';

/** More than the last line of a backup, complete or not. */
const TAIL_BYTES = 4096;
const LINE_FEED = 0x0a;

/**
 * Passes a backup on and fails unless it ends as a complete one does. Whether each line is as it was written, a restore
 * checks.
 */
export class BackupCheck extends Transform {
  /** Number of lines so far. */
  lines = 0;
  #tail: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) this.lines += 1;
    // A copy: it would hold the whole chunk otherwise.
    this.#tail = Buffer.concat([this.#tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    done(this.#fault());
  }

  #fault(): Error | null {
    const [last = '', rest] = this.#tail.toString('utf8').split('\n').slice(-2);
    if (last.startsWith(BROKEN_OFF)) {
      return new ServiceRefusal(503, JSON.parse(last.slice(BROKEN_OFF.length)) as Problem);
    }
    const isComplete = rest === '' && Number(LAST_LINE.exec(last)?.[1]) === this.lines - 1;
    return isComplete ? null : new Unreachable('the backup was cut off: its end is missing');
  }
}
