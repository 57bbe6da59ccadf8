import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeHash } from '../server/testing/fake-hasher.ts';
import { overwrite } from '../server/testing/fixtures.ts';
import { tokenDocument } from '../server/tokens/documents.ts';
import { userDocument } from '../server/users/documents.ts';
import { openTerminal, type Terminal } from './testing/terminal.ts';

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal('send-links');
  await terminal.type(['account', 'create', '--name', 'Acme']);
});
afterEach(() => terminal.close());

const create = async (login: string, email?: string) =>
  (await terminal.type(['--ids', 'user', 'create', '--login', login, ...(email ? ['--email', email] : [])])).out.trim();
const send = (...more: string[]) => terminal.type(['user', 'send-links', ...more]);
const linesOf = async (file: string) => (await readFile(file, 'utf8')).split('\r\n').filter(Boolean);

describe('by mail', () => {
  test('each user without a password gets one link, however often the command runs', async () => {
    await create('ada', 'ada@shop.example');
    await create('bob', 'bob@shop.example');
    const grace = await create('grace', 'grace@shop.example');
    await overwrite(terminal.ports, userDocument.key(grace as never), { passwordHash: fakeHash('secret') });
    await create('nomail');
    expect(await send('--without-password')).toEqual({
      code: 4,
      out: 'links: 2 sent, 0 not needed, 1 refused\n',
      err: 'nomail: EMAIL_MISSING\n',
    });
    expect(terminal.ports.courier.sent.map(({ to }) => to).sort()).toEqual(['ada@shop.example', 'bob@shop.example']);
    expect((await send('--without-password')).out).toBe('links: 0 sent, 2 not needed, 1 refused\n');
    expect(terminal.ports.courier.sent).toHaveLength(2);
  });

  test('a dry run sends nothing; without mail the reason is given', async () => {
    await create('ada', 'ada@shop.example');
    expect((await send('--without-password', '--dry-run')).out).toBe(
      'links: 1 would be made, 0 not needed, 0 refused\n',
    );
    terminal.ports.courier.isAbsent = true;
    const refused = await send('--without-password');
    expect(refused).toMatchObject({ code: 4, err: 'ada: MAIL_NOT_CONFIGURED\n' });
    expect(terminal.ports.courier.sent).toEqual([]);
  });
});

describe('into a file', () => {
  const path = () => join(terminal.dataFolder, 'links.csv');

  test('which only its owner can read; a second run adds who is missing', async () => {
    await create('ada');
    await create('=cmd|calc');
    expect(await send('--without-password', '--hand-over', path(), '--valid-for', '7d')).toEqual({
      code: 0,
      out: `links: 2 written to ${path()}, 0 not needed, 0 refused\n`,
      err: '',
    });
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    const [header, ...lines] = await linesOf(path());
    expect(header).toBe('login,link,valid until');
    // The attack: a login that a spreadsheet would run (CWE-1236).
    expect(lines.map((line) => line.split(',')[0]).sort()).toEqual(["'=cmd|calc", 'ada']);
    expect(lines[0]).toMatch(/,https:\/\/auth\.example\/reset\/password\?lang=en#usr_[^,]+,2027-\d\d-\d\dT/);
    await create('bob');
    // A kill has cut the last line.
    await appendFile(path(), 'bob,https://auth.exam');
    const again = await send('--without-password', '--hand-over', path());
    expect(again.out).toBe(`links: 1 written to ${path()}, 2 not needed, 0 refused\n`);
    expect((await linesOf(path())).slice(0, 3)).toEqual([header, ...lines]);
    expect((await linesOf(path())).map((line) => line.split(',').length)).toEqual([3, 3, 3, 3]);
  });

  test('a file of something else is left alone', async () => {
    await create('ada');
    await writeFile(path(), 'login,email\nada,ada@shop.example\n');
    expect(await send('--without-password', '--hand-over', path())).toMatchObject({ code: 2 });
    expect(await readFile(path(), 'utf8')).toContain('ada@shop.example');
  });
});

// Of docs/operations/keys.md, "A lost master key".
test('owners of lost tokens get a link to a new one at the resource where they sign in', async () => {
  const policy = JSON.stringify({ kinds: ['totp'], required: false });
  const shop = (
    await terminal.type(['--ids', 'resource', 'create', '--name', 'Shop', '--enrolment', policy])
  ).out.trim();
  await create('ada', 'ada@shop.example');
  await create('bob', 'bob@shop.example');
  const token = (
    await terminal.type(['--field', 'token.id', 'token', 'create', '--kind', 'totp', '--name', 'app', '--owner', 'ada'])
  ).out.trim();
  await terminal.type(['assign', '--resource', shop, '--user', 'ada', '--token', token]);
  await terminal.type(['assign', '--resource', shop, '--user', 'bob']);
  await overwrite(terminal.ports, tokenDocument.key(token as never), { secretLost: true, sealedSecret: '' });
  expect((await send('--secret-lost')).out).toBe('links: 1 sent, 0 not needed, 0 refused\n');
  expect(terminal.ports.courier.last('enrolment-link', 'ada@shop.example').site).toBe('Shop');
  expect(terminal.ports.courier.sent).toHaveLength(1);
  expect(await send('--secret-lost', '--without-password')).toMatchObject({ code: 2 });
});
