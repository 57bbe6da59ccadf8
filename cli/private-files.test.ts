import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTerminal, type Terminal } from './testing/terminal.ts';

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal('private-files');
  await terminal.type(['account', 'create', '--name', 'Acme']);
});
afterEach(() => terminal.close());

const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const KINDS = [
  ['tokens of a vendor', 'tokens', ['--accept-partial'], `serial,seed,type\nS1,${SEED},totp\nS2,${SEED}1,totp\n`],
  ['our own tokens', 'tokens', [], `name,kind,secret\nfob,totp,${SEED}\nbad,motp,${SEED}\n`],
  ['users', 'users', [], 'login,password\nada,correct horse battery\n,correct horse battery\n'],
] as const;

// SR-23. The attack: another user of the shared folder guesses the name of the file of refused rows, and creates it
// first: readable by them, or as a link to a file that they want overwritten.
describe.each(KINDS)('the refused rows of %s', (_, kind, flags, content) => {
  const folder = () => terminal.dataFolder;
  const put = async () => {
    const file = join(folder(), 'rows.csv');
    await writeFile(file, content);
    return file;
  };

  test('are readable by their owner only, also in an existing file', async () => {
    const file = await put();
    await writeFile(`${file}.rejected`, 'of an import before, and longer than what comes now\n'.repeat(9));
    await chmod(`${file}.rejected`, 0o666);
    expect((await terminal.type(['import', kind, file, ...flags])).code).toBe(4);
    expect((await stat(`${file}.rejected`)).mode & 0o777).toBe(0o600);
    const kept = await readFile(`${file}.rejected`, 'utf8');
    expect(kept.split('\n')).toHaveLength(3);
    expect(kept).not.toContain('import before');
  });

  test('do not follow a link, and nothing is imported before that check', async () => {
    const file = await put();
    const other = join(folder(), 'of-somebody');
    await writeFile(other, 'something that is dear to them');
    await symlink(other, `${file}.rejected`);
    const said = await terminal.type(['import', kind, file, ...flags]);
    expect(said).toMatchObject({ code: 2, err: expect.stringContaining('rows.csv.rejected') });
    expect(await readFile(other, 'utf8')).toBe('something that is dear to them');
    const list = kind === 'users' ? 'user' : 'token';
    expect(JSON.parse((await terminal.type(['--json', list, 'list'])).out)).toEqual([]);
  });
});

test('an export of events does not follow a link either', async () => {
  const other = join(terminal.dataFolder, 'of-somebody');
  const file = join(terminal.dataFolder, 'events.jsonl');
  await writeFile(other, 'something that is dear to them');
  await symlink(other, `${file}.part`);
  expect((await terminal.type(['event', 'export', '--output', file])).code).not.toBe(0);
  expect(await readFile(other, 'utf8')).toBe('something that is dear to them');
});
