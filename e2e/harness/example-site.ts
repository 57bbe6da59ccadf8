import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { freePorts } from '../../server/testing/free-ports.ts';
import { waitUntil } from '../../server/testing/wait-until.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

type Command = readonly [program: string, ...args: string[]];

/** How an example of `docs/examples` is started, by a program on the PATH and from the root of the project. */
export interface ExampleSite {
  readonly language: string;
  /** Its one file, from the root. */
  readonly file: string;
  /** Compiles what the example needs. */
  command(port: number, env: Readonly<Record<string, string>>): Command | Promise<Command>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunningExample {
  readonly origin: string;
  close(): Promise<void>;
}

/** A port for an example, and its origin: `127.0.0.1` beside the service's `localhost`, so another site. */
export async function exampleAddress(): Promise<{ port: number; origin: string }> {
  const [port = 0] = await freePorts(1);
  return { port, origin: `http://127.0.0.1:${port}` };
}

/** Starts it as its first lines say: service, resource and port are in the environment. */
export async function startExample(
  site: ExampleSite,
  { port, origin, service, resource }: { port: number; origin: string; service: string; resource: string },
): Promise<RunningExample> {
  const [program, ...args] = await site.command(port, site.env ?? {});
  const settings = { COUNTERSIGN_URL: service, COUNTERSIGN_RESOURCE: resource, PORT: String(port) };
  const env = { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, ...site.env, ...settings };
  const child: ChildProcess = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      words = (words + chunk).slice(-20_000);
    });
  }
  child.on('error', (error) => {
    words += error.message;
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const close = async () => {
    process.off('exit', killAtExit);
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const answers = async () => {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`${site.file} ended: ${words}`);
    const answer = await fetch(`${origin}/`).catch(() => undefined);
    return answer?.ok === true;
  };
  await waitUntil(`${site.file} answers at ${origin}`, answers).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { origin, close };
}
