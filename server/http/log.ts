import { type DestinationStream, destination as fileDestination, type LevelWithSilent, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface LogOptions {
  level: LevelWithSilent;
  /** Where lines go. Default: standard output, written in batches, at the latest after a second. */
  destination?: DestinationStream;
}

/** What may wait for an output that takes nothing; lines beyond it are dropped and counted. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * Line separators, controls that JSON leaves as they are (DEL, C1 with its one-byte CSI) and the marks that reorder
 * text on a terminal. JSON escapes everything below U+0020 by itself.
 */
const DECEIVING = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const API_KEY = /csk_[A-Za-z0-9_-]+/gi;

/**
 * Makes one log line out of whatever was logged: still the same JSON text, but harmless to a terminal and to readers
 * that split at Unicode line ends (SR-36), and without any API key that slipped into a message (SR-26, SR-35).
 */
function harmlessLine(line: string): string {
  return line
    .replace(DECEIVING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(API_KEY, 'csk_[hidden]');
}

/** JSON lines, one per event. Times in ISO 8601 UTC. */
export function createLogger(options: LogOptions): Logger {
  const output = options.destination ? undefined : openOutput();
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date(Date.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      hooks: { streamWrite: harmlessLine },
    },
    options.destination ?? output?.sink,
  );
  output?.onRecovery((dropped) => log.warn({ dropped }, 'log lines were dropped while they could not be written'));
  return log;
}

/**
 * Standard output, which neither stops nor ends the service (SR-66): where it takes nothing, for its disk is full or its
 * reader does not read, lines wait, and those beyond the bound are dropped.
 */
function openOutput() {
  // Reading this property makes Node open a pipe as non-blocking: a full one answers EAGAIN and does not block the event loop.
  const { fd } = process.stdout;
  const batches = { minLength: 8192, periodicFlush: 1000, maxLength: MAX_WAITING_BYTES };
  const stream = fileDestination({ fd, sync: true, retryEAGAIN: () => false, ...batches });
  // What could not be written is kept by the stream, which tries again with the next batch.
  stream.on('error', () => {});
  let dropped = 0;
  stream.on('drop', () => {
    dropped += 1;
  });
  // Not `flushSync`, which tries for ever; a call writes as much as it can but for the last batch.
  const flush = () => {
    stream.flush();
    stream.flush();
  };
  process.once('exit', flush);
  return {
    sink: { write: (line: string) => void stream.write(line), flushSync: flush },
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
 * What the log says about an error: never its own extra properties, which hold commands, arguments and addresses with
 * passwords in many libraries. The message of a SyntaxError is left out, for JSON.parse quotes its input there.
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
