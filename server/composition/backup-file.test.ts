import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encryptionOf } from '../../cli/transfer/encrypt.ts';
import { openBackupFile } from './backup-file.ts';

const LINES = ['a\u2028b\u2029c', '', 'é'.repeat(300_000), 'x\ry', ...Array.from({ length: 2000 }, (_, n) => `l${n}`)];
const TEXT = LINES.map((line) => `${line}\n`).join('');

let folder: string;
let recipient: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-backup-file-'));
  const identity = await generateIdentity();
  recipient = await identityToRecipient(identity);
  await writeFile(file('key.txt'), `# created: 2027-01-15\n# public key: ${recipient}\n${identity}\n`);
  await writeFile(file('other.txt'), await generateIdentity());
  await writeFile(file('passphrase'), 'harbour lantern over the quay\n');
  await writeFile(file('wrong'), 'harbour lantern under the quay\n');
  await writeFile(file('plain'), TEXT);
  await writeFile(file('encrypted'), await encrypted({ encryptTo: [recipient] }));
});
afterAll(() => rm(folder, { recursive: true }));

async function encrypted(flags: Parameters<typeof encryptionOf>[0]): Promise<Buffer> {
  // A low factor: a passphrase costs a second otherwise.
  const encrypt = await encryptionOf(flags, 8);
  if (!encrypt) throw new Error('no encryption');
  return buffer(await encrypt(Readable.from([Buffer.from(TEXT)])));
}
async function linesOf(name: string, keys?: Parameters<typeof openBackupFile>[1]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of (await openBackupFile(file(name), keys))()) lines.push(line);
  return lines;
}

test('reads lines with Unicode separators and longer than a chunk, as often as asked', async () => {
  expect(await linesOf('plain')).toEqual(LINES);
  const read = await openBackupFile(file('encrypted'), { identity: file('key.txt') });
  for (let time = 0; time < 2; time++) {
    const lines: string[] = [];
    for await (const line of read()) lines.push(line);
    expect(lines).toEqual(LINES);
  }
});

test('names the program that unpacks a compressed backup', async () => {
  await writeFile(file('packed'), gzipSync(TEXT));
  await expect(linesOf('packed')).rejects.toThrow('unpack it with gunzip');
});

test('tells a file that is missing from one that is no text', async () => {
  await expect(linesOf('missing')).rejects.toThrow('ENOENT');
  await writeFile(file('bytes'), Buffer.from([0x61, 0xff, 0x0a]));
  await expect(linesOf('bytes')).rejects.toThrow('was changed or damaged');
});

// SR-21, SR-62. The attack: a copy of a backup is read, or replaced, by those who store it.
describe('SR-62: an encrypted backup', () => {
  test('shows nothing of its content', async () => {
    const bytes = await readFile(file('encrypted'));
    expect(bytes.includes('l1999')).toBe(false);
    expect(bytes.length).toBeGreaterThan(Buffer.byteLength(TEXT));
  });

  test('opens for each of its recipients, and for its passphrase', async () => {
    await writeFile(file('two'), await encrypted({ encryptTo: [await ownRecipient('second.txt'), recipient] }));
    for (const name of ['key.txt', 'second.txt']) expect(await linesOf('two', { identity: file(name) })).toEqual(LINES);
    await writeFile(file('by-word'), await encrypted({ passphraseFile: file('passphrase') }));
    expect(await linesOf('by-word', { passphraseFile: file('passphrase') })).toEqual(LINES);
    await expect(linesOf('by-word', { passphraseFile: file('wrong') })).rejects.toThrow('this is not its key');
  });

  test('does not open without its key, and the refusal does not show a key', async () => {
    await expect(linesOf('encrypted')).rejects.toThrow('--identity or --passphrase-file');
    await expect(linesOf('encrypted', { identity: file('other.txt') })).rejects.toThrow('this is not its key');
    await writeFile(file('typo.txt'), 'AGE-SECRET-KEY-1TYPO\n');
    const typo = linesOf('encrypted', { identity: file('typo.txt') });
    await expect(typo).rejects.toThrow('is not an age identity');
    await expect(typo).rejects.not.toThrow('TYPO');
  });

  test.each([
    ['cut off between two pieces', (bytes: Buffer) => bytes.subarray(0, headerOf(bytes) + 16 + 2 * (65_536 + 16))],
    ['cut off within a piece', (bytes: Buffer) => bytes.subarray(0, -9)],
    ['cut off in its header', (bytes: Buffer) => bytes.subarray(0, 60)],
    ['with a flipped bit', (bytes: Buffer) => flipped(bytes, bytes.length - 70_000)],
    ['with a flipped bit in its last byte', (bytes: Buffer) => flipped(bytes, bytes.length - 1)],
  ])('that was %s is refused', async (_name, change) => {
    await writeFile(file('changed'), change(await readFile(file('encrypted'))));
    await expect(linesOf('changed', { identity: file('key.txt') })).rejects.toMatchObject({ code: 'BACKUP_INVALID' });
  });

  test('is not replaced by one that is not encrypted, if a key is named', async () => {
    await expect(linesOf('plain', { identity: file('key.txt') })).rejects.toThrow('the backup is not encrypted');
  });

  test('is one that age opens, and the other way round', async () => {
    const age = (args: string[], input: Buffer) =>
      execFileSync('age', args, { input, maxBuffer: 2 ** 26, stdio: ['pipe', 'pipe', 'pipe'] });
    const opened = age(['--decrypt', '--identity', file('key.txt')], await readFile(file('encrypted')));
    expect(opened.toString()).toBe(TEXT);
    await writeFile(file('by-age'), age(['--encrypt', '--recipient', recipient], Buffer.from(TEXT)));
    expect(await linesOf('by-age', { identity: file('key.txt') })).toEqual(LINES);
    await writeFile(file('armored'), age(['--encrypt', '--armor', '--recipient', recipient], Buffer.from(TEXT)));
    await expect(linesOf('armored', { identity: file('key.txt') })).rejects.toThrow('decrypt it with age first');
  });
});

describe('what it is encrypted to', () => {
  test.each([
    [{ encryptTo: ['age1typo'] }, 'not an age recipient'],
    [{ encryptTo: ['ssh-ed25519 AAAA'] }, 'not an age recipient'],
    [{ encryptTo: ['AGE-SECRET-KEY-1TYPO'] }, 'this is a secret key. Give'],
    [{ encryptTo: ['age1'], passphraseFile: 'x' }, 'use --encrypt-to or --passphrase-file, not both'],
    [{ passphraseFile: '/missing/passphrase' }, 'cannot be read: ENOENT'],
  ])('is refused before anything is written: %j', async (flags, message) => {
    await expect(encryptionOf(flags)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(message),
    });
  });

  test('is no short passphrase, and none of two lines', async () => {
    for (const text of ['too short', '', 'harbour lantern\nover the quay']) {
      await writeFile(file('bad'), text);
      await expect(encryptionOf({ passphraseFile: file('bad') })).rejects.toThrow('one line of at least 15 characters');
    }
  });
});

async function ownRecipient(name: string): Promise<string> {
  const identity = await generateIdentity();
  await writeFile(file(name), identity);
  return identityToRecipient(identity);
}

/** The header ends with a line that begins with three dashes. */
function headerOf(bytes: Buffer): number {
  return bytes.indexOf('\n', bytes.indexOf('\n---') + 1) + 1;
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
