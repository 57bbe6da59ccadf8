import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitUntil } from '../../server/testing/wait-until.ts';

/** Enough to tell what happened, however long it runs. */
const MAX_OUTPUT = 200_000;

type Ended = [code: number | null, signal: NodeJS.Signals | null];

interface Launch {
  /** A command to put in front, which must become the service. */
  prefix?: readonly string[];
  /** Where its log goes. Default: it is kept. */
  stdout?: number | 'pipe';
}

/** The built service as a process of its own, which a test starts, signals and kills. */
export class ServiceProcess {
  readonly entry: string;
  env: NodeJS.ProcessEnv;
  /** The end of its log since the last start. */
  out = '';
  err = '';
  readonly #maxOutput: number;
  #child: ChildProcess | undefined;
  readonly #killAtExit = () => this.#child?.kill('SIGKILL');

  constructor(entry: string, env: NodeJS.ProcessEnv, maxOutput = MAX_OUTPUT) {
    this.entry = entry;
    this.env = env;
    this.#maxOutput = maxOutput;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  launch({ prefix = [], stdout = 'pipe' }: Launch = {}): void {
    [this.out, this.err] = ['', ''];
    const [program = process.execPath, ...args] = [...prefix, process.execPath, this.entry, 'serve'];
    const child = spawn(program, args, { env: this.env, stdio: ['ignore', stdout, 'pipe'] });
    this.#child = child;
    process.once('exit', this.#killAtExit);
    child.once('close', () => process.off('exit', this.#killAtExit));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out = (this.out + text).slice(-this.#maxOutput);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.err = (this.err + text).slice(-this.#maxOutput);
    });
  }

  /** @throws Error with the end of its output if it ends before */
  async until(what: string, isReached: () => boolean | Promise<boolean>): Promise<void> {
    await waitUntil(what, async () => {
      if (this.#hasEnded) throw new Error(`the service ended:\n${this.words().slice(-4_000)}`);
      return isReached();
    });
  }

  words(): string {
    return this.out + this.err;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Ended> {
    if (!this.#hasEnded) this.signal(signal);
    return this.ended();
  }

  /** How it ended, once it has. */
  async ended(): Promise<Ended> {
    const child = this.#child;
    if (!child) return [0, null];
    if (!this.#hasEnded) await once(child, 'close');
    return [child.exitCode, child.signalCode];
  }

  get #hasEnded(): boolean {
    return this.#child !== undefined && (this.#child.exitCode !== null || this.#child.signalCode !== null);
  }
}

/** The same, ready at a URL. */
export function serviceProcess(entry: string, url: string, env: NodeJS.ProcessEnv) {
  const service = new ServiceProcess(entry, env);
  return {
    async start(): Promise<void> {
      service.launch();
      await service.until('the service is ready', async () => {
        const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
        return answer?.ok === true;
      });
    },
    /** With requests in flight. */
    async kill(): Promise<void> {
      await service.end('SIGKILL');
    },
    /** The end of its output. */
    words: () => service.words(),
  };
}

export type ReadyService = ReturnType<typeof serviceProcess>;
