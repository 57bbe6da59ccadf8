import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitUntil } from '../../server/testing/wait-until.ts';

/** The built service in a separate process, which a test can start and kill. */
export interface ServiceProcess {
  start(): Promise<void>;
  /** Kills it, with requests in flight. */
  kill(): Promise<void>;
  /** The end of its output. */
  words(): string;
}

export function serviceProcess(entry: string, url: string, env: NodeJS.ProcessEnv): ServiceProcess {
  let child: ChildProcess | undefined;
  let words = '';
  const killAtExit = () => child?.kill('SIGKILL');
  return {
    words: () => words,
    async start() {
      const started = spawn(process.execPath, [entry, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      process.once('exit', killAtExit);
      for (const stream of [started.stdout, started.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          words = (words + chunk).slice(-200_000);
        });
      }
      await waitUntil('the service is ready', async () => {
        if (started.exitCode !== null) throw new Error(`The service ended instead of starting: ${words.slice(-4_000)}`);
        const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
        return answer?.ok === true;
      });
    },
    async kill() {
      const killed = child;
      child = undefined;
      process.off('exit', killAtExit);
      if (!killed || killed.exitCode !== null) return;
      const ended = once(killed, 'exit');
      killed.kill('SIGKILL');
      await ended;
    },
  };
}
