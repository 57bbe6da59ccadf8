import { write as writeCallback } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { AuditSink } from '../../kernel/ports/audit-sink.ts';

const write = promisify(writeCallback);

/** A pipe takes so many bytes in one piece (PIPE_BUF), so that they do not mix with lines of the log. */
const ATOMIC_BYTES = 4096;
/** Pause before the next try when the reader of a pipe does not read. */
const BLOCKED_MS = 50;

/** Writes to standard output, between the lines of the log. */
export function createOutputSink(fd: number = process.stdout.fd): AuditSink {
  return {
    async send(lines, signal) {
      for (const piece of pieces(lines.map(({ text }) => `${text}\n`))) await writeAll(fd, Buffer.from(piece), signal);
    },
    close: async () => undefined,
  };
}

/** Whole lines, as many as a pipe takes at once. A longer line is a piece of its own. */
export function* pieces(lines: readonly string[]): Generator<string> {
  let piece = '';
  for (const line of lines) {
    if (piece !== '' && piece.length + line.length > ATOMIC_BYTES) {
      yield piece;
      piece = '';
    }
    piece += line;
  }
  if (piece !== '') yield piece;
}

async function writeAll(fd: number, bytes: Buffer, signal: AbortSignal): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    signal.throwIfAborted();
    try {
      const { bytesWritten } = await write(fd, bytes, from);
      from += bytesWritten;
    } catch (error) {
      if (!isBlocked(error)) throw error;
      await pause(BLOCKED_MS, undefined, { signal, ref: false });
    }
  }
}

function isBlocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
