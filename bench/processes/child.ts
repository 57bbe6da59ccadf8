import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { pinTo, type Role } from './pinning.ts';

type Message<Answer> = { id: number; answer: Answer } | { id: number; error: string };

export interface ChildOptions {
  env?: Record<string, string>;
  /** The Node that runs it. Default: the one that runs this. */
  node?: string | undefined;
  /** Whose cores it gets. Default: those of the service, in whose place it is measured. */
  role?: Role;
}

/** A child process of the benchmark that takes jobs over IPC. */
export class Child<Job extends object, Answer> {
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  #lastId = 0;

  /** @param module a TypeScript file that calls {@link takeJobs} */
  constructor(module: URL, { env = {}, node = process.execPath, role = 'service' }: ChildOptions = {}) {
    const [execPath = node, ...execArgv] = [...pinTo(role), node, '--import', 'tsx'];
    this.#process = fork(module, { execPath, execArgv, env: { ...process.env, ...env } });
    this.#process.on('message', (message: Message<Answer>) => {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if ('error' in message) pending?.reject(new Error(message.error));
      else pending?.resolve(message.answer);
    });
    this.#process.on('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error(`${module.pathname} ended`));
      this.#pending.clear();
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  ask(job: Job): Promise<Answer> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#process.send({ id, job });
    });
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

/** The child's side: answers every job, and ends with its parent. */
export function takeJobs<Job, Answer>(work: (job: Job) => Promise<Answer>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ id, job }: { id: number; job: Job }) => {
    work(job).then(
      (answer) => process.send?.({ id, answer }),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
}
