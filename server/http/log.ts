import { type DestinationStream, destination as fileDestination, type LevelWithSilent, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface LogOptions {
  level: LevelWithSilent;
  /** Where lines go. Default: standard output, written in batches, at the latest after a second. */
  destination?: DestinationStream;
}

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
  const sink = options.destination ?? fileDestination({ fd: 1, sync: false, minLength: 8192, periodicFlush: 1000 });
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date(Date.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      hooks: { streamWrite: harmlessLine },
    },
    sink,
  );
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
