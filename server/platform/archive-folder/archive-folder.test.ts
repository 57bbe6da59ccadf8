import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ArchiveConflict, ArchiveUnavailable, type AuditArchive } from '../../kernel/ports/audit-archive.ts';
import { accountId } from '../../testing/samples.ts';
import { runModule } from '../../testing/store-conformance/run-module.ts';
import { readTrace, underStrace } from '../../testing/traced-flushes.ts';
import { createArchiveFolder } from './archive-folder.ts';

const ACCOUNT = accountId(1);
const FILE = `0000000000000001-${'a'.repeat(32)}.jsonl`;
const NAME = `${ACCOUNT}/${FILE}`;
const bytes = (text: string) => new TextEncoder().encode(text);
const CONTENT = bytes('{"segment":1}\n');

let folder: string;
let root: string;
let archive: AuditArchive;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-archive-'));
  root = join(folder, 'archive');
  archive = createArchiveFolder(root);
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const text = async (name = NAME, most = 1000) => Buffer.from((await archive.get(name, most)) ?? 'none').toString();

describe('SR-71: an archive in a folder', () => {
  test.each([
    '../x/0000000000000001-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.jsonl',
    `${ACCOUNT}/../${FILE}`,
    `${ACCOUNT}/../../etc/passwd`,
    `${ACCOUNT}/${FILE}/../x`,
    `${ACCOUNT}/${FILE}\0`,
    `${ACCOUNT}/${FILE}\n`,
    `/${ACCOUNT}/${FILE}`,
    `${ACCOUNT}\\${FILE}`,
    `${ACCOUNT.toUpperCase()}/${FILE}`,
    'drafts/x',
    FILE,
    '',
  ])('refuses the name %j before it touches a disk', async (name) => {
    await expect(archive.put(name, CONTENT)).rejects.toBeInstanceOf(RangeError);
    await expect(archive.get(name, 10)).rejects.toBeInstanceOf(RangeError);
    await expect(archive.remove(name)).rejects.toBeInstanceOf(RangeError);
    expect(await readdir(folder)).toEqual([]);
  });

  test('is read by its owner only, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await archive.put(NAME, CONTENT);
    } finally {
      process.umask(before);
    }
    const mode = async (path: string) => (await stat(join(root, path))).mode & 0o777;
    expect([await mode('.'), await mode('drafts'), await mode(ACCOUNT), await mode(NAME)]).toEqual([
      0o700, 0o700, 0o700, 0o600,
    ]);
  });

  test('never overwrites: the same content again is done, other content is a conflict', async () => {
    await Promise.all(Array.from({ length: 20 }, () => archive.put(NAME, CONTENT)));
    await archive.put(NAME, CONTENT);
    for (const other of ['', '{"segment":2}\n', '{"segment":1}', '{"segment":1}\n\n']) {
      await expect(archive.put(NAME, bytes(other))).rejects.toBeInstanceOf(ArchiveConflict);
    }
    expect(await text()).toBe('{"segment":1}\n');
    expect(await readdir(join(root, 'drafts'))).toEqual([]);
  });

  test('does not follow a link to another folder', async () => {
    const outside = join(folder, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, FILE), 'secret');
    await archive.put(`${accountId(2)}/${FILE}`, CONTENT);
    await symlink(outside, join(root, ACCOUNT));
    await expect(archive.put(NAME, CONTENT)).rejects.toBeInstanceOf(ArchiveConflict);
    expect(await text()).toBe('none');
    await archive.remove(NAME);
    expect(await readFile(join(outside, FILE), 'utf8')).toBe('secret');
    expect(await readdir(outside)).toEqual([FILE]);
  });

  test('does not follow a link in place of a file, and waits for no pipe', async () => {
    await archive.put(NAME, CONTENT);
    await rm(join(root, NAME));
    await writeFile(join(folder, 'secret'), 'secret');
    await symlink(join(folder, 'secret'), join(root, NAME));
    expect(await text()).toBe('none');
    await expect(archive.put(NAME, CONTENT)).rejects.toBeInstanceOf(ArchiveConflict);
    expect(await readFile(join(folder, 'secret'), 'utf8')).toBe('secret');
    await rm(join(root, NAME));
    execFileSync('mkfifo', [join(root, NAME)]);
    expect(await text()).toBe('none');
    await archive.remove(NAME);
    await archive.put(NAME, CONTENT);
    expect(await text()).toBe('{"segment":1}\n');
  });

  test('reads no file that is longer than was written', async () => {
    await archive.put(NAME, CONTENT);
    expect(await text(NAME, CONTENT.length)).toBe('{"segment":1}\n');
    expect(await text(NAME, CONTENT.length - 1)).toBe('none');
  });

  test('removes what a killed process left, and nothing that is being written', async () => {
    await archive.put(NAME, CONTENT);
    const [old, fresh] = [join(root, 'drafts', 'old'), join(root, 'drafts', 'fresh')];
    for (const path of [old, fresh]) await writeFile(path, 'half');
    await utimes(old, 1, 1);
    await archive.put(NAME, CONTENT);
    expect(await readdir(join(root, 'drafts'))).toEqual(['fresh']);
  });

  test('reports a disk that cannot be used, and works when it can be again', async () => {
    await writeFile(root, 'a file');
    await expect(archive.put(NAME, CONTENT)).rejects.toBeInstanceOf(ArchiveUnavailable);
    await rm(root);
    await archive.put(NAME, CONTENT);
    await archive.remove(NAME);
    await archive.remove(NAME);
    await archive.remove(`${accountId(3)}/${FILE}`);
    expect(await text()).toBe('none');
  });

  // SR-68
  test('a power cut loses no acknowledged file: its content and its name are flushed before', async () => {
    const trace = join(folder, 'trace');
    const child = runModule('archive-writer.ts', [root, '5'], underStrace(trace));
    child.stdout.resume();
    child.stderr.resume();
    await once(child, 'exit');
    for (const file of [/\/archive\/drafts\/.*jsonl/, new RegExp(`/archive/${ACCOUNT}>`)]) {
      const acknowledged = await readTrace(trace, child.pid, { file, acknowledgement: /^write\(1<.*"acknowledged/ });
      expect(acknowledged).toHaveLength(5);
      expect(acknowledged.filter(({ flushes }) => flushes === 0)).toEqual([]);
    }
  });

  // SR-68
  test('a power cut loses no folder of an acknowledged file, whichever process made it', async () => {
    const flushesAtFirst = async (path: string) => {
      const trace = join(folder, `trace-${randomUUID()}`);
      const child = runModule('archive-writer.ts', [root, '1'], underStrace(trace));
      child.stdout.resume();
      child.stderr.resume();
      await once(child, 'exit');
      const patterns = { file: new RegExp(`<${path}>`), acknowledgement: /^write\(1<.*"acknowledged/ };
      const [first] = await readTrace(trace, child.pid, patterns);
      return first?.flushes;
    };
    expect(await flushesAtFirst(folder)).toBeGreaterThan(0);
    await rm(root, { recursive: true });
    // As a process leaves them that is killed before it has flushed their names.
    await mkdir(join(root, 'drafts'), { recursive: true });
    await mkdir(join(root, ACCOUNT));
    expect(await flushesAtFirst(root)).toBeGreaterThan(0);
  });
});
