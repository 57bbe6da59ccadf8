import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { threadPoolSize, threadPoolTooSmall } from './threads.ts';

const run = promisify(execFile);

/**
 * Stands in for the built server: an ES module beside start.cjs. It counts the process's threads after using the pool.
 */
const MAIN = `
import { readdirSync } from 'node:fs';
import { pbkdf2 } from 'node:crypto';
if (process.argv[2]) process.env.UV_THREADPOOL_SIZE = process.argv[2];
pbkdf2('a', 'b', 1, 32, 'sha256', () => {
  const threads = readdirSync('/proc/self/task').length;
  console.log(JSON.stringify({ threads, size: process.env.UV_THREADPOOL_SIZE }));
});
`;

describe('thread pool', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-threads-'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'main.js'), MAIN);
    await copyFile(new URL('../../start.cjs', import.meta.url), join(folder, 'start.cjs'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function start(size?: string, entry = 'start.cjs', ...parameters: string[]) {
    const { UV_THREADPOOL_SIZE: _, ...environment } = process.env;
    const env = size === undefined ? environment : { ...environment, UV_THREADPOOL_SIZE: size };
    const { stdout } = await run(process.execPath, [join(folder, entry), ...parameters], { env });
    return JSON.parse(stdout) as { threads: number; size?: string };
  }
  /** Node has other threads: with a pool of one, all but one are those. */
  const threadsBesidesPool = async () => (await start('1', 'main.js')).threads - 1;

  test('has four threads more than concurrent hashes, through the entry file', async () => {
    const started = await start();
    expect(started.size).toBe(String(threadPoolSize()));
    expect(threadPoolSize()).toBe(availableParallelism() + 4);
    expect(started.threads - (await threadsBesidesPool())).toBe(threadPoolSize());
  });

  test('has the default of four threads without the entry file', async () => {
    expect((await start(undefined, 'main.js')).threads - (await threadsBesidesPool())).toBe(4);
  });

  test('is what the ES module itself sets only from Node 22: on Node 20 the loader has already used the pool', async () => {
    const size = process.version.startsWith('v20.') ? 4 : 9;
    expect((await start(undefined, 'main.js', '9')).threads - (await threadsBesidesPool())).toBe(size);
  });

  test("keeps the operator's own size", async () => {
    const started = await start('3');
    expect(started.size).toBe('3');
    expect(started.threads - (await threadsBesidesPool())).toBe(3);
  });

  test('warns if it is too small for the hashes', () => {
    expect(threadPoolTooSmall({ UV_THREADPOOL_SIZE: String(threadPoolSize()) })).toBe(false);
    expect(threadPoolTooSmall({ UV_THREADPOOL_SIZE: '1' })).toBe(true);
    expect(threadPoolTooSmall({ UV_THREADPOOL_SIZE: 'many' })).toBe(true);
    expect(threadPoolTooSmall({})).toBe(threadPoolSize() > 4);
  });
});
