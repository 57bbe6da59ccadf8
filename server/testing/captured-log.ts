import { createLogger, type Logger } from '../http/log.ts';

export interface CapturedLog {
  log: Logger;
  /** Everything written, unchanged. */
  text(): string;
  lines(): Record<string, unknown>[];
}

/** A real logger that writes into memory. */
export function capturedLog(): CapturedLog {
  let written = '';
  const log = createLogger({
    level: 'trace',
    destination: {
      write(line: string) {
        written += line;
      },
    },
  });
  return {
    log,
    text: () => written,
    lines: () =>
      written
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
