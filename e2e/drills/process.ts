import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { waitUntil } from '../../server/testing/wait-until.ts';
import { builtService } from '../harness/built-service.ts';

type Ended = [code: number | null, signal: NodeJS.Signals | null];

/** One of the service's processes, on ports of its own. Its settings can be changed between two starts. */
export class DrillProcess {
  readonly port: number;
  readonly adminPort: number;
  readonly #entry = builtService();
  #env: Record<string, string>;
  #child: ChildProcess | undefined;
  #log = '';

  constructor(port: number, adminPort: number, env: Record<string, string>) {
    this.port = port;
    this.adminPort = adminPort;
    this.#env = {
      PATH: process.env.PATH ?? '',
      ...env,
      COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
      COUNTERSIGN_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
    };
  }

  /** For the next start, and for commands. */
  set(env: Record<string, string>): void {
    this.#env = { ...this.#env, ...env };
  }

  unset(...names: readonly string[]): void {
    for (const name of names) delete this.#env[name];
  }

  /** @param prefix a command to put in front, which must become the service */
  async start(until: 'ready' | 'live' = 'ready', prefix: readonly string[] = []): Promise<void> {
    this.#log = '';
    const [program = process.execPath, ...args] = [...prefix, process.execPath, this.#entry, 'serve'];
    const child = spawn(program, args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-200_000);
      });
    }
    await waitUntil(`a process is ${until}`, async () => {
      if (child.exitCode !== null) throw new Error(`a process ended:\n${this.#log.slice(-4_000)}`);
      return (await this.health(until)) === 200;
    });
  }

  /** The status of a probe, and 0 if nothing answers. */
  async health(probe: 'ready' | 'live' = 'ready'): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/health/${probe}`).catch(() => undefined);
    return answer?.status ?? 0;
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Ended> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return this.ended();
    child.kill(signal);
    return this.ended();
  }

  /** How it ended, once it has. */
  async ended(): Promise<Ended> {
    const child = this.#child;
    if (!child) return [0, null];
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return [child.exitCode, child.signalCode];
  }

  /** Requests that the proxy led here since the start. */
  get requests(): number {
    return this.#log.split('"path":"/v1/').length - 1;
  }

  /** Runs `countersign` on its data; it must succeed. */
  async run(args: readonly string[], input = ''): Promise<string> {
    const command = join(dirname(this.#entry), '../cli/countersign.js');
    const options = { env: this.#env, maxBuffer: 2 ** 28 };
    const running = promisify(execFile)(process.execPath, [command, ...args], options);
    running.child.stdin?.on('error', () => {}).end(input);
    const { stdout } = await running;
    return stdout;
  }

  async json<T>(args: readonly string[], input?: string): Promise<T> {
    return JSON.parse(await this.run(['--json', ...args], input)) as T;
  }
}
