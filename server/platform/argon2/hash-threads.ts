import { Worker } from 'node:worker_threads';
import type { Argon2Derivation } from '../../kernel/ports/password-hasher.ts';
import type { ReadDigest, ReadHash } from '../../passwords/imported-hash.ts';

/** A check of a password; `argon2` takes a PHC string, and with a `setting` that of the crypt text of the password. */
export type VerifyJob = { kind: 'argon2'; phc: string; setting?: string } | Exclude<ReadHash, ReadDigest>;

interface HashJob {
  kind: 'argon2-hash';
  parameters: { memoryCost: number; timeCost: number; parallelism: number };
}

interface KeyJob {
  kind: 'argon2-key';
  parameters: Argon2Derivation;
}

type Job = VerifyJob | HashJob | KeyJob;

/** Threads for costly hashes. The caller bounds how many jobs run at once. */
export interface HashThreads {
  /** @throws if the job or its thread failed */
  verify(job: VerifyJob, password: string): Promise<boolean>;
  /** A PHC string. @throws like `verify` */
  hash(parameters: HashJob['parameters'], password: string): Promise<string>;
  /** @throws like `verify` */
  deriveKey(parameters: Argon2Derivation, password: string): Promise<Uint8Array>;
}

interface HashThreadsOptions {
  /** The script of a thread. */
  script?: URL;
  /** Higher is slower, up to 19. Default: 10. */
  nice?: number;
  /** An idle thread takes 7 to 9 MiB, and 30 ms to start again. */
  idleMs?: number;
}

/**
 * Worker threads at a lower priority than the event loop (decision 0030). They are apart from libuv's pool, so that
 * commits of the embedded store, file reads and signatures never wait for a password.
 *
 * A thread is started when none is idle, and ended when it was idle for long. A thread that crashes fails its job.
 */
export function createHashThreads({
  script = new URL('./hash-thread.cjs', import.meta.url),
  nice = 10,
  idleMs = 5 * 60_000,
}: HashThreadsOptions = {}): HashThreads {
  const idle: HashThread[] = [];

  const run = async (job: Job, password: string): Promise<unknown> => {
    // The last used first: its caches are warm, and the others become idle for long.
    const thread = idle.pop() ?? new HashThread(script, nice, (ending) => removeFrom(idle, ending));
    const answer = await thread.run(job, password);
    if (!thread.hasEnded) {
      idle.push(thread);
      thread.endAfter(idleMs);
    }
    if (answer.error !== undefined) throw new Error(`a password hash failed: ${answer.error}`);
    return answer.result;
  };

  return {
    verify: async (job, password) => (await run(job, password)) === true,

    async hash(parameters, password) {
      const phc = await run({ kind: 'argon2-hash', parameters }, password);
      if (typeof phc !== 'string') throw new TypeError('a hash thread answered without a hash');
      return phc;
    },

    async deriveKey(parameters, password) {
      const key = await run({ kind: 'argon2-key', parameters }, password);
      if (!(key instanceof Uint8Array)) throw new TypeError('a hash thread answered without a key');
      return key;
    },
  };
}

/** A thread holds one job; the memory of the hash itself is outside. */
const MAX_HEAP_MIB = 32;

interface Answer {
  result?: unknown;
  error?: string;
}

interface PendingJob {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

/** One worker thread; it has one job at a time. */
class HashThread {
  readonly #worker: Worker;
  #pending: PendingJob | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Called before the thread ends, so that it gets no other job. */
  readonly #forget: () => void;
  /** A message to it would be lost. */
  hasEnded = false;

  constructor(script: URL, nice: number, forget: (thread: HashThread) => void) {
    this.#forget = () => forget(this);
    // The environment holds secrets that a thread does not need, and options of Node may load modules it does not need.
    const resourceLimits = { maxOldGenerationSizeMb: MAX_HEAP_MIB };
    this.#worker = new Worker(script, { env: {}, execArgv: [], resourceLimits, workerData: { nice } });
    this.#worker.on('message', (answer: Answer) => this.#settle()?.resolve(answer));
    this.#worker.on('error', (error: Error) => this.#settle()?.reject(error));
    this.#worker.on('exit', () => {
      this.hasEnded = true;
      this.#settle()?.reject(new Error('a hash thread ended'));
      this.#forget();
    });
  }

  run(job: Job, password: string): Promise<Answer> {
    clearTimeout(this.#timer);
    // The process stays alive for a running job, but not for an idle thread.
    this.#worker.ref();
    // Moved to the thread, which erases it: no copy stays here.
    const bytes = new TextEncoder().encode(password);
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#worker.postMessage({ job, password: bytes }, [bytes.buffer]);
    });
  }

  endAfter(idleMs: number): void {
    this.#timer = setTimeout(() => {
      this.#forget();
      void this.#worker.terminate();
    }, idleMs).unref();
  }

  #settle(): PendingJob | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#worker.unref();
    return pending;
  }
}

function removeFrom<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
