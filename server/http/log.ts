import { type DestinationStream, destination as fileDestination, type LevelWithSilent, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

interface LogOptions {
  level: LevelWithSilent;
  /** Destination of lines. Default: standard output, in batches, at the latest after a second. */
  destination?: DestinationStream;
  /** True if something else writes to the same output: another process, or the audit feed. */
  isShared?: boolean;
}

/** Maximum buffered bytes for a blocked output; lines beyond it are dropped and counted. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** A pipe takes so many bytes in one piece (PIPE_BUF), so that lines of several processes do not mix. */
const ATOMIC_BYTES = 4096;

/**
 * Line separators, controls that JSON leaves unescaped (DEL, C1 with its one-byte CSI) and the marks that reorder text
 * on a terminal. JSON itself escapes everything below U+0020.
 */
const DECEIVING = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const API_KEY = /csk_[A-Za-z0-9_-]+/gi;

/**
 * Makes one log line: the same JSON text, but harmless to a terminal and to readers that split at Unicode line ends
 * (SR-36), and without any API key in a message (SR-26, SR-35).
 */
function harmlessLine(line: string): string {
  return line
    .replace(DECEIVING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(API_KEY, 'csk_[hidden]');
}

/** JSON lines, one per event. Times in ISO 8601 UTC. */
export function createLogger(options: LogOptions): Logger {
  const output = options.destination ? undefined : openOutput(options.isShared ?? false);
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: createTimestamp(),
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      hooks: { streamWrite: harmlessLine },
    },
    options.destination ?? output?.sink,
  );
  output?.onRecovery((dropped) => log.warn({ dropped }, 'log lines were dropped while they could not be written'));
  return log;
}

/** The member of a line with its time. Only the milliseconds differ within a second. */
function createTimestamp(): () => string {
  let second = Number.NaN;
  let untilSecond = '';
  return () => {
    const nowMs = Date.now();
    const current = Math.floor(nowMs / 1000);
    if (current !== second) {
      second = current;
      untilSecond = new Date(nowMs).toISOString().slice(0, -'123Z'.length);
    }
    return `,"time":"${untilSecond}${String(nowMs - second * 1000).padStart(3, '0')}Z"`;
  };
}

/**
 * Standard output, which neither stops nor ends the service (SR-66): while it is blocked, by a full disk or a reader
 * that does not read, lines wait, and those beyond the bound are dropped.
 */
function openOutput(isShared: boolean) {
  // Reading this property makes Node open a pipe as non-blocking: a full one responds EAGAIN and does not block the
  // event loop.
  const { fd } = process.stdout;
  const size = isShared ? { minLength: ATOMIC_BYTES - 512, maxWrite: ATOMIC_BYTES } : { minLength: 8192 };
  const batches = { ...size, periodicFlush: 1000, maxLength: MAX_WAITING_BYTES };
  // As bytes: with text, it would measure the whole batch again for every line.
  const stream = fileDestination({ fd, sync: true, retryEAGAIN: () => false, contentMode: 'buffer', ...batches });
  // Its type allows text only.
  const bytes = stream as unknown as { write(line: Buffer): boolean };
  // The stream retains what it could not write and retries with the next batch.
  stream.on('error', () => {});
  let dropped = 0;
  stream.on('drop', () => {
    dropped += 1;
  });
  // Not `flushSync`, which retries for ever; a call writes all it can except the last batch.
  const flush = () => {
    stream.flush();
    stream.flush();
  };
  process.once('exit', flush);
  return {
    sink: { write: (line: string) => void bytes.write(Buffer.from(line)), flushSync: flush },
    onRecovery(tell: (dropped: number) => void) {
      stream.on('drain', () => {
        if (dropped === 0) return;
        const count = dropped;
        dropped = 0;
        tell(count);
      });
    },
  };
}

interface ErrorDescription {
  type: string;
  message?: string;
  code?: string;
  frames: string[];
  cause?: ErrorDescription | undefined;
}

/**
 * Describes an error for the log, without its extra properties, which in many libraries hold commands, arguments and
 * addresses with passwords. The message of a SyntaxError is left out, since JSON.parse quotes its input there.
 */
function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, frames: [] };
  const description: ErrorDescription = {
    type: error.name,
    frames: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^ {4}at /.test(line))
      .slice(0, 12)
      .map((line) => line.trim()),
  };
  if (!(error instanceof SyntaxError)) description.message = error.message;
  if ('code' in error && typeof error.code === 'string') description.code = error.code;
  if (error.cause !== undefined && depth < 4) description.cause = describeError(error.cause, depth + 1);
  return description;
}
