import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { figure } from '../server/tokens/import/testing/read-whole.ts';
import { openTerminal, type Terminal } from './testing/terminal.ts';

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal('token-import');
  await terminal.type(['account', 'create', '--name', 'Acme']);
});
afterEach(() => terminal.close());

async function put(name: string, content: string): Promise<string> {
  const file = join(terminal.dataFolder, name);
  await writeFile(file, content);
  return file;
}
const tokens = async () =>
  JSON.parse((await terminal.type(['--json', 'token', 'list', '--limit', '200'])).out) as { serial?: string }[];
const row = (at: number, from = 0) =>
  `S${at},${Buffer.from(`seed number ${at + from}`.padEnd(20)).toString('hex')},totp`;

describe('PSKC', () => {
  test('reads the password from standard input', async () => {
    const file = await put('vendor.xml', figure(7));
    const output = await terminal.type(['import', 'tokens', file, '--password-stdin'], 'qwerty\n');
    expect(output).toEqual({ code: 0, out: 'tokens: 1 imported, 0 already there, 0 refused\n', err: '' });
    const again = await terminal.type(['import', 'tokens', file, '--password-stdin'], 'qwerty\n');
    expect(again.out).toBe('tokens: 0 imported, 1 already there, 0 refused\n');
    expect(await tokens()).toHaveLength(1);
  });

  test('reads a pre-shared key; a wrong one is refused by name', async () => {
    const file = await put('vendor.xml', figure(6));
    const wrong = await terminal.type(['import', 'tokens', file, '--key-stdin'], `${'00'.repeat(16)}\n`);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('KEY_WRONG') });
    const right = await terminal.type(['import', 'tokens', file, '--key-stdin'], '12345678901234567890123456789012\n');
    expect(right).toMatchObject({ code: 0 });
  });

  test('a dry run prints warnings and changes nothing', async () => {
    const file = await put('signed.pskcxml', figure(9));
    const output = await terminal.type(['import', 'tokens', file, '--dry-run']);
    expect(output.out).toBe('tokens: 1 would be imported, 0 already there, 0 refused\n');
    expect(output.err).toContain('signature has not been checked');
    expect(await tokens()).toEqual([]);
  });

  test('more than 2 MiB is a usage error', async () => {
    const file = await put('large.xml', figure(3) + ' '.repeat(2 * 1024 * 1024));
    expect(await terminal.type(['import', 'tokens', file])).toMatchObject({ code: 2 });
  });
});

describe('exports of apps', () => {
  const apps = (name: string) =>
    readFile(new URL(`../server/tokens/import/testing/apps/${name}.json`, import.meta.url), 'utf8');

  test('are recognized by their content, with a password if they are encrypted', async () => {
    const vault = await put('aegis.json', await apps('aegis-encrypted'));
    const opened = ['import', 'tokens', vault, '--password-stdin', '--accept-partial'];
    const output = await terminal.type(opened, 'lètmein please\n');
    expect(output.err).toBe(`${vault}:3: KIND_UNSUPPORTED Tokens of this kind are not supported.\n`);
    expect(output.out).toBe('tokens: 2 imported, 0 already there, 1 refused\n');
    // The same tokens in the backup of another app.
    const backup = await put('backup.2fas', await apps('2fas'));
    const again = await terminal.type(['import', 'tokens', backup, '--accept-partial']);
    expect(again.out).toBe('tokens: 0 imported, 2 already there, 1 refused\n');
    const other = await put('other.json', '{"tokens":[]}');
    expect((await terminal.type(['import', 'tokens', other])).err).toContain('APP_EXPORT_UNKNOWN');
  });
});

describe('lists', () => {
  test('one bad row stops the import, and is named by its line', async () => {
    const file = await put('fobs.csv', `serial,seed,type\n${row(1)}\nS2,nonsense!,totp\n${row(3)}\n`);
    const output = await terminal.type(['import', 'tokens', file]);
    expect(output.code).toBe(4);
    expect(output.err).toBe(`${file}:3: SEED_MALFORMED The seed cannot be read in its encoding.\n`);
    expect(output.out).toContain('nothing has changed');
    expect(await tokens()).toEqual([]);
  });

  test('OCRA devices are imported by their suites', async () => {
    const rows = `${row(1).replace('totp', 'OCRA-1:HOTP-SHA256-8:QN08-T1M')}\n${row(2).replace('totp', '')}\n`;
    const file = await put('readers.csv', `serial,seed,suite\n${rows}`);
    const output = await terminal.type(['import', 'tokens', file, '--kind', 'ocra', '--accept-partial']);
    expect(output.err).toBe(`${file}:3: SUITE_MISSING Nothing says the OCRA suite of the device.\n`);
    expect(output.out).toContain('tokens: 1 imported, 0 already there, 1 refused\n');
    expect(await tokens()).toMatchObject([{ serial: 'S1', kind: 'ocra', suite: 'OCRA-1:HOTP-SHA256-8:QN08-T1M' }]);
  });

  test('imports the good rows on request, and keeps the others in a file for its owner', async () => {
    const file = await put('fobs.csv', `serial,seed,type\n${row(1)}\nS2,nonsense!,totp\n${row(3)}\n`);
    const output = await terminal.type(['--json', 'import', 'tokens', file, '--accept-partial']);
    expect(JSON.parse(output.out)).toMatchObject({
      done: 2,
      refused: [{ line: 3, serial: 'S2', code: 'SEED_MALFORMED' }],
      refusedCount: 1,
      carriedOut: true,
    });
    expect(output.code).toBe(4);
    expect(await readFile(`${file}.rejected`, 'utf8')).toBe('serial,seed,type\nS2,nonsense!,totp\n');
    expect((await stat(`${file}.rejected`)).mode & 0o777).toBe(0o600);
    expect((await tokens()).map(({ serial }) => serial).sort()).toEqual(['S1', 'S3']);
  });

  test('recognizes otpauth and migration by the first line', async () => {
    const file = await put('apps.txt', '# phones\notpauth://totp/Shop:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n');
    expect((await terminal.type(['import', 'tokens', file])).out).toContain('tokens: 1 imported');
    const bad = await put('export.txt', 'otpauth-migration://offline?data=AAAA\n');
    expect((await terminal.type(['import', 'tokens', bad])).err).toContain(':1: ROW_MALFORMED');
  });

  test('imports our own columns, with owners', async () => {
    const user = (await terminal.type(['--ids', 'user', 'create', '--login', 'ada'])).out.trim();
    const phones = ['phone', 'tablet'].map((name) => `${name},totp,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ`);
    const file = await put('own.csv', `name,kind,secret,owner\n${phones[0]},${user}\n${phones[1]},ADA\n`);
    const output = await terminal.type(['import', 'tokens', file]);
    expect(output.out).toContain('tokens: 2 imported, 0 refused');
    expect(await tokens()).toMatchObject([{ owner: user }, { owner: user }]);
    const lines = await put(
      'own.jsonl',
      `${JSON.stringify({ name: 'fob', kind: 'hotp', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' })}\n`,
    );
    expect((await terminal.type(['import', 'tokens', lines])).out).toContain('tokens: 1 imported, 0 refused');
    // A generated seed would never be shown.
    const bare = await put('bare.jsonl', `${JSON.stringify({ name: 'fob', kind: 'hotp' })}\n`);
    expect((await terminal.type(['import', 'tokens', bare])).err).toContain(
      'bare.jsonl:1: ROW_INVALID secret: missing',
    );
  });

  test('splits long lists, with line numbers of the file and unique serial numbers across parts', async () => {
    const filler = (at: number) => `${row(at)},${'x'.repeat(6000)}`;
    const rows = Array.from({ length: 200 }, (_, at) => filler(at));
    const head = '# vendor\nserial,seed,type,note';
    const good = await put('long.csv', `${head}\n${rows.join('\n')}\n`);
    expect((await stat(good)).size).toBeGreaterThan(1024 * 1024);
    const output = await terminal.type(['import', 'tokens', good]);
    expect(output.out).toBe('tokens: 200 imported, 0 already there, 0 refused\n');
    expect(await tokens()).toHaveLength(200);

    const other = rows.map((text, at) => text.replace(/^S\d+,[0-9a-f]+/, row(at + 1000).replace(/,totp$/, '')));
    other[199] = `S1000,${'09'.repeat(20)},totp,x`;
    other[150] = 'S9999,nonsense!,totp,x';
    const bad = await put('bad.csv', `${head}\n${other.join('\n')}\n`);
    const refused = await terminal.type(['import', 'tokens', bad]);
    expect(refused.err).toContain(`${bad}:153: SEED_MALFORMED`);
    expect(refused.err).toContain(`${bad}:202: SERIAL_REPEATED`);
    expect(await tokens()).toHaveLength(200);
  });

  test.each([
    ['a format of its own', ['--format', 'xlsx']],
    ['two keys', ['--password-stdin', '--key-stdin']],
  ])('%s is a usage error', async (_, flags) => {
    const file = await put('fobs.csv', `serial,seed,type\n${row(1)}\n`);
    expect(await terminal.type(['import', 'tokens', file, ...flags])).toMatchObject({ code: 2 });
  });
});
