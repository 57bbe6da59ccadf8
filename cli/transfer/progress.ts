import cliProgress from 'cli-progress';
import type { Environment } from '../commands/context.ts';

export interface Progress {
  at(bytes: number, done: number, refused: number): void;
  stop(): void;
}

/** A progress bar on a terminal. Scripts get none. */
export function showProgress(stderr: Environment['stderr'], totalBytes: number, wanted: boolean): Progress {
  if (!wanted || stderr.isTTY !== true) return { at() {}, stop() {} };
  const bar = new cliProgress.SingleBar(
    {
      format: '{bar} {percentage}%  {done} done, {refused} refused, {eta_formatted} left',
      stream: stderr as NodeJS.WriteStream,
      hideCursor: true,
    },
    cliProgress.Presets.rect,
  );
  bar.start(Math.max(1, totalBytes), 0, { done: 0, refused: 0 });
  return {
    at: (bytes, done, refused) => bar.update(Math.min(bytes, totalBytes), { done, refused }),
    stop: () => bar.stop(),
  };
}
