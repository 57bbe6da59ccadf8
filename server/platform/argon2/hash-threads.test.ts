import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { hashSync } from '@node-rs/argon2';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createArgon2Hasher } from './argon2-hasher.ts';
import { createHashThreads } from './hash-threads.ts';

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const JOB = { kind: 'argon2', phc: 'unused' } as const;

/** A thread that answers with what this code makes of the password. */
function scriptOf(code: string): URL {
  const source = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (message) => {
      const password = Buffer.from(message.password).toString();
      const answer = (result) => parentPort.postMessage({ result });
      ${code}
    });`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

/** Threads of this process by their priority below normal. */
function threadsAtNice(nice: number): number {
  return readdirSync('/proc/self/task').filter((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    // After the name in parentheses; the 19th field of all.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]) === nice;
  }).length;
}

describe('hash threads', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  // SR-3. The attack: a password that ends the thread in the middle of its check.
  test.each([
    ['ends', 'process.exit(0)'],
    ['throws', "throw new Error('boom')"],
    ['runs out of memory', 'for (const all = []; ; ) all.push(new Array(1e6).fill(password))'],
  ])('reject a check whose thread %s, return its permit and go on', async (_, crash) => {
    const script = scriptOf(`if (password === 'crash') ${crash}; else answer(password === 'right');`);
    const threads = createHashThreads({ script });
    const hasher = createArgon2Hasher({ threads, concurrency: 1, maxQueue: 0 });
    for (let round = 0; round < 2; round++) {
      expect(await hasher.verify(undefined, 'right')).toBe(false);
      await expect(hasher.verify(undefined, 'crash')).rejects.toThrow();
      expect(await threads.verify(JOB, 'right')).toBe(true);
      expect(await threads.verify(JOB, 'wrong')).toBe(false);
    }
  });

  // SR-3. The attack: the thread ends with its answer, and the next check would wait for ever, with its permit.
  test('leave no check to a thread that has ended', async () => {
    const threads = createHashThreads({ script: scriptOf('answer(true); process.exit();') });
    for (let round = 0; round < 3; round++) {
      const outcome = threads.verify(JOB, 'x').catch(String);
      // Meanwhile the event loop is busy, so that it learns of the answer and of the end at once.
      execFileSync(process.execPath, ['--version']);
      execFileSync(process.execPath, ['--eval', '0']);
      expect([true, 'Error: a hash thread ended']).toContain(await outcome);
    }
  });

  // SR-3
  test('reject if no thread starts', async () => {
    const threads = createHashThreads({ script: new URL('file:///no-such-thread.cjs') });
    await expect(threads.verify(JOB, 'x')).rejects.toThrow('no-such-thread');
  });

  // SR-3
  test.each(['1', "'true'", '{}', 'undefined'])('accept no password for the answer %s', async (result) => {
    const threads = createHashThreads({ script: scriptOf(`answer(${result});`) });
    expect(await threads.verify(JOB, 'x')).toBe(false);
  });

  test('reject a hash that is no text', async () => {
    await expect(createHashThreads({ script: scriptOf('answer(true);') }).hash(PARAMETERS, 'x')).rejects.toThrow(
      TypeError,
    );
  });

  test('report an error of the library, and go on with the same thread', async () => {
    const threads = createHashThreads();
    await expect(threads.verify(JOB, 'x')).rejects.toThrow('a password hash failed');
    expect(await threads.verify({ kind: 'argon2', phc: await threads.hash(PARAMETERS, 'x') }, 'x')).toBe(true);
  });

  // SR-20. The attack: a flood of passwords that takes every core from codes and health checks.
  test('run below the priority of everything else', async () => {
    const [normal, low] = [threadsAtNice(0), threadsAtNice(10)];
    const threads = createHashThreads();
    await Promise.all([threads.hash(PARAMETERS, 'a'), threads.hash(PARAMETERS, 'b'), threads.hash(PARAMETERS, 'c')]);
    expect(threadsAtNice(10) - low).toBe(3);
    expect(threadsAtNice(0)).toBeGreaterThanOrEqual(normal);
  });

  // SR-35
  test('know nothing of the environment, which holds secrets', async () => {
    const threads = createHashThreads({ script: scriptOf('answer(Object.keys(process.env).length === 0);') });
    expect(await threads.verify(JOB, 'x')).toBe(true);
  });

  // SR-35. The attack: a memory dump of a service that is idle since the last sign-in.
  test.each([
    ['a check', { kind: 'argon2', phc: hashSync('canary') }, { result: true }],
    ['a check that fails', JOB, { error: expect.any(String) }],
  ])('erase the password after %s', async (_, job, answer) => {
    const worker = new Worker(new URL('./hash-thread.cjs', import.meta.url), { env: {}, execArgv: [] });
    // Shared with the thread, to see what it leaves; the service moves the bytes instead.
    const password = new Uint8Array(new SharedArrayBuffer(6));
    password.set(new TextEncoder().encode('canary'));
    worker.postMessage({ job, password });
    expect((await once(worker, 'message'))[0]).toEqual(answer);
    expect([...password]).toEqual([0, 0, 0, 0, 0, 0]);
    await worker.terminate();
  });

  test('are reused as long as they are not idle for long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const count = 'globalThis.count = (globalThis.count ?? 0) + 1;';
    const threads = createHashThreads({
      script: scriptOf(`${count} answer(count === Number(password));`),
      idleMs: 1000,
    });
    for (const round of ['1', '2', '3']) {
      expect(await threads.verify(JOB, round)).toBe(true);
      vi.advanceTimersByTime(999);
    }
  });

  test('end when they were idle for long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const before = threadsAtNice(10);
    const threads = createHashThreads({ idleMs: 1000 });
    await threads.hash(PARAMETERS, 'x');
    expect(threadsAtNice(10) - before).toBe(1);
    vi.advanceTimersByTime(1000);
    await expect.poll(() => threadsAtNice(10)).toBe(before);
    await threads.hash(PARAMETERS, 'x');
    expect(threadsAtNice(10) - before).toBe(1);
  });

  test('keep the process alive for a hash, but not while idle', async () => {
    const code = `import { createHashThreads } from ${JSON.stringify(new URL('./hash-threads.ts', import.meta.url).href)};
      const { hash } = createHashThreads();
      const parameters = ${JSON.stringify(PARAMETERS)};
      // The second is by a thread that was idle.
      hash(parameters, 'x').then(() => hash(parameters, 'x')).then((phc) => console.log(phc));`;
    const parameters = ['--import', 'tsx', '--input-type=module', '--eval', code];
    const { stdout } = await promisify(execFile)(process.execPath, parameters);
    expect(stdout).toMatch(/^\$argon2id\$/);
  });
});
