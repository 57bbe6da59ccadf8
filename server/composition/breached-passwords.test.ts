import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLogger } from '../http/log.ts';
import { LookupsCrowded } from '../kernel/ports/breached-passwords.ts';
import { NO_OBSERVERS } from '../metrics/port-observers.ts';
import { runBreachedPasswords } from './breached-passwords.ts';
import { createBreachedPasswords } from './create-breached-passwords.ts';

let folder: string;
let list: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breached-'));
  list = join(folder, 'list.txt');
  const hash = createHash('sha1').update('stolen elsewhere').digest('hex');
  await writeFile(list, `${hash}:12\n`);
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  const printed: string[] = [];
  const print = (text: string) => printed.push(text);
  return { code: await runBreachedPasswords(args, print, print), text: printed.join('\n') };
}

const silent = createLogger({ level: 'silent' });

test('the command builds the file, says what it holds, and the service opens it', async () => {
  const out = join(folder, 'filter');
  const built = await run('build', '--from', list, '--out', out, '--one-in', '1000');
  expect(built).toMatchObject({
    code: 0,
    text: expect.stringContaining('1 hash (sha-1) from lists of '),
  });
  expect(built.text).toContain('takes one in 1024 other passwords');
  const checked = await run('check', out, '--json');
  expect(JSON.parse(checked.text)).toMatchObject({ kind: 'sha-1', count: 1, falsePositives: 1 / 1024 });
  const config = { breachedPasswords: { file: out, onFailure: 'refuse' } } as const;
  const opened = await createBreachedPasswords(config, silent, { observe: NO_OBSERVERS.breachedPasswords });
  expect(await opened?.isListed('stolen elsewhere')).toBe(true);
});

test.each([
  [['build', '--from', 'x'], 2],
  [['build', '--out', 'x'], 2],
  [['build', '--from', 'x', '--out', 'y', 'z'], 2],
  [['build', '--from', 'x', '--out', 'y', '--one-in', '100'], 2],
  [['build', '--from', 'x', '--out', 'y', '--min-count', '0'], 2],
  [['check'], 2],
  [['check', '/nowhere/filter'], 1],
  [['build', '--from', '/nowhere/list', '--out', '/nowhere/filter'], 1],
  [['mend'], 2],
])('%j ends with %i', async (args, code) => {
  expect((await run(...args)).code).toBe(code);
});

test('a file that cannot be written is named', async () => {
  const out = join(folder, 'missing', 'filter');
  expect(await run('build', '--from', list, '--out', out)).toEqual({
    code: 1,
    text: `${out} cannot be written: the folder does not exist or is not writable`,
  });
});

// SR-3
test('a service does not start with a damaged file: every stolen password would pass', async () => {
  const file = join(folder, 'damaged');
  await writeFile(file, 'countersign breached passwords, version 1\n');
  const config = { breachedPasswords: { file, onFailure: 'allow' } } as const;
  const opening = createBreachedPasswords(config, silent, { observe: NO_OBSERVERS.breachedPasswords });
  await expect(opening).rejects.toMatchObject({ code: 'BREACHED_PASSWORDS_UNUSABLE' });
});

test('an outage accepts or refuses as configured, and the log says so once a minute', async () => {
  const source = { isListed: () => Promise.reject(new Error('no answer in time')) };
  const warn = vi.fn();
  const log = { ...silent, warn } as unknown as typeof silent;
  let nowMs = 0;
  const open = (onFailure: 'allow' | 'refuse') =>
    createBreachedPasswords({ breachedPasswords: { url: 'https://127.0.0.1:9', onFailure } }, log, {
      observe: () => source,
      monotonicMs: () => nowMs,
    });
  await expect((await open('refuse'))?.isListed('x')).rejects.toThrow('no answer in time');
  const allowing = await open('allow');
  for (const at of [0, 59_999, 60_000]) {
    nowMs = at;
    expect(await allowing?.isListed('x')).toBe(false);
  }
  expect(warn.mock.calls.map(([facts]) => facts)).toEqual([
    { reason: 'no answer in time' },
    { reason: 'no answer in time' },
  ]);
});

// SR-76
test('SR-76: too many lookups at once refuse, also where an outage accepts', async () => {
  const crowded = new LookupsCrowded('too many lookups wait');
  const config = { breachedPasswords: { url: 'https://127.0.0.1:9', onFailure: 'allow' } } as const;
  const observe = () => ({ isListed: () => Promise.reject(crowded) });
  const opened = await createBreachedPasswords(config, silent, { observe });
  await expect(opened?.isListed('x')).rejects.toBe(crowded);
});
