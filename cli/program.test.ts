import { existsSync } from 'node:fs';
import { readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archiveSegments } from '../server/events/archive-segments.ts';
import type { AccountId, ResourceId } from '../server/kernel/ids.ts';
import { DAY_MS } from '../server/kernel/time.ts';
import { lastBackupDocument } from '../server/operations/maintenance/documents.ts';
import { LEASE_MS } from '../server/operations/processes/process-registry.ts';
import { registerProcess } from '../server/operations/processes/register-process.ts';
import { resourceDocument } from '../server/resources/documents.ts';
import { createUser } from '../server/testing/as-operator.ts';
import { sealEvents } from '../server/testing/consuming.ts';
import { birth, unwrap } from '../server/testing/fixtures.ts';
import { samplePng } from '../server/testing/images.ts';
import { touches } from '../server/testing/intercepted-store.ts';
import { openTemporaryArchive, type TemporaryArchive } from '../server/testing/temporary-archive.ts';
import { openTerminal, type Terminal } from './testing/terminal.ts';

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal('command-line');
});
afterEach(() => terminal.close());

const json = async <T>(...args: string[]): Promise<T> =>
  JSON.parse((await terminal.type(['--json', ...args])).out) as T;

async function account(name = 'Acme'): Promise<string> {
  return (await json<{ id: string }>('account', 'create', '--name', name)).id;
}

describe('from nothing to access', () => {
  test('creates account, resource, user, token and assignment', async () => {
    await account();
    const { id: resource } = await json<{ id: string }>(
      'resource',
      'create',
      '--name',
      'Shop',
      '--origin',
      'https://a.example,https://b.example',
    );
    const created = await terminal.type(
      ['--json', 'user', 'create', '--login', 'ada', '--password-stdin'],
      'correct horse battery\n',
    );
    const { id: user } = JSON.parse(created.out) as { id: string };
    const token = await json<{ token: { id: string }; secret: string }>(
      'token',
      'create',
      '--name',
      'phone',
      '--kind',
      'totp',
      '--owner',
      user,
    );
    expect(token.secret).toMatch(/^[A-Z2-7]+$/);
    expect(await terminal.type(['assign', '--resource', resource, '--user', user, '--token', token.token.id])).toEqual({
      code: 0,
      out: 'assigned\n',
      err: '',
    });
    const view = await json<{ assignments: unknown[]; hasPassword: boolean }>('user', 'show', user);
    expect(view).toMatchObject({
      hasPassword: true,
      assignments: [{ resource, alone: false, tokens: [token.token.id] }],
    });
    const origins = await json<{ allowedOrigins: string[] }>('resource', 'show', resource);
    expect(origins.allowedOrigins).toEqual(['https://a.example', 'https://b.example']);
  });

  test('accepts any name of a user instead of the id', async () => {
    await account();
    const { id: resource } = await json<{ id: string }>('resource', 'create', '--name', 'Shop');
    const { id } = await json<{ id: string }>('user', 'create', '--login', 'ada', '--email', 'ada@acme.example');
    const created = await json<{ token: { id: string; owner: string } }>(
      ...['token', 'create', '--name', 'phone', '--kind', 'totp', '--owner', 'ada'],
    );
    expect(created.token.owner).toBe(id);
    const access = ['--resource', resource, '--user', 'ADA@acme.example', '--token', created.token.id];
    expect(await terminal.type(['assign', ...access])).toMatchObject({ code: 0, err: '' });
    expect(await json('user', 'show', id)).toMatchObject({ assignments: [{ resource, tokens: [created.token.id] }] });
    expect(await json('token', 'list', '--owner', 'ada')).toMatchObject([{ id: created.token.id }]);
    expect(await terminal.type(['unassign', ...access])).toMatchObject({ code: 0, err: '' });
    expect(await json('token', 'update', created.token.id, '--owner', 'none')).not.toHaveProperty('owner');
    expect(await terminal.type(['assign', '--resource', resource, '--user', 'nobody'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('USER_NOT_FOUND'),
    });
  });

  test('prints tables for people, and says what is shown once', async () => {
    await account();
    await terminal.type(['user', 'create', '--login', 'ada']);
    const { out } = await terminal.type(['user', 'list']);
    expect(out.split('\n')[0]).toMatch(/^id +login +email +blocked +hasPassword +lastSignIn$/);
    expect(out).toMatch(/^usr_\w+ +ada +- +false +false +-$/m);
    const { out: token } = await terminal.type(['token', 'create', '--name', 'phone', '--kind', 'totp']);
    expect(token).toContain('shown only once');
    const { out: ids } = await terminal.type(['--ids', 'token', 'create', '--name', 'phone', '--kind', 'totp']);
    expect(ids).toMatch(/^tok_\w{11}\n$/);
    expect((await terminal.type(['--ids', 'token', 'list'])).out.split('\n')).toHaveLength(3);
  });
});

test('says what a filter takes, and takes none for a name', async () => {
  await account();
  for (const given of ['none', 'yesterday', '']) {
    expect(await terminal.type(['event', 'list', '--from', given])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--from: not a date such as 2026-01-31 or 2026-01-31T12:00Z'),
    });
  }
  const { err } = await terminal.type(['token', 'list', '--owner', 'none']);
  expect(err).toContain('USER_NOT_FOUND');
});

test('reads a logo from a file, and reports a missing file as a usage error', async () => {
  await account();
  const { id } = await json<{ id: string }>('resource', 'create', '--name', 'Shop', '--test-mode', 'pass');
  const image = join(terminal.dataFolder, 'logo.png');
  expect(await terminal.type(['resource', 'set-logo', id, '--image', image])).toEqual({
    code: 2,
    out: '',
    err: expect.stringContaining('--image: not a file that can be read'),
  });
  await writeFile(image, samplePng());
  const { logo } = await json<{ logo: string }>('resource', 'set-logo', id, '--image', image);
  expect(logo).toMatch(/^[\w-]{43,64}$/);
  expect((await terminal.type(['resource', 'remove-logo', id])).out).toBe(`removed ${id}\n`);
  expect(await json('resource', 'show', id)).toMatchObject({ logo: null, testMode: 'pass' });
});

test('filters and orders lists and histories with the API’s parameters', async () => {
  await account();
  for (const name of ['Shop backend', 'Shop jobs', 'Reports'])
    await terminal.type(['key', 'create', '--name', name, '--scopes', 'read']);
  const { out } = await terminal.type(['--field', 'name', 'key', 'list', '--search', 'shop', '--order', 'asc']);
  expect(out).toBe('Shop backend\nShop jobs\n');
  const { id } = await json<{ id: string }>('user', 'create', '--login', 'ada');
  const history = await terminal.type(['user', 'history', id, '--type', 'no.such.event']);
  expect(history).toMatchObject({ code: 1, err: expect.stringContaining('INPUT_INVALID') });
});

describe('several accounts', () => {
  test('need --account, and do not see each other', async () => {
    const [one, two] = [await account('One'), await account('Two')];
    const undecided = await terminal.type(['user', 'list']);
    expect(undecided).toMatchObject({ code: 2, out: '' });
    const { out: listed } = await terminal.type(['account', 'list']);
    expect(listed).toMatch(/^id +name +plan\.name +plan\.active$/m);
    expect(listed).toMatch(/^acc_\w+ +One +Free +true$/m);
    expect(undecided.err).toContain(one);
    await terminal.type(['--account', one, 'user', 'create', '--login', 'ada']);
    expect(await json('--account', two, 'user', 'list')).toEqual([]);
    expect(await json('--account', one, 'user', 'list')).toHaveLength(1);
    expect(await terminal.type(['--account', 'acc_00000000000', 'user', 'list'])).toMatchObject({ code: 1 });
  });
});

describe('exit codes', () => {
  test.each([
    [['user', 'show', 'nobody'], 1, 'USER_NOT_FOUND'],
    [['user', 'create'], 2, '--login'],
    [['user', 'update', 'usr_00000000000'], 2, 'something to change'],
    [['user', 'create', '--login', 'a b'], 1, 'login'],
    [['nonsense'], 2, 'unknown command'],
    [['user', 'list', '--limit', 'x'], 2, '--limit'],
    [['--url', 'http://shop.example', 'user', 'list'], 2, 'https'],
    [['--data', '/nowhere', 'user', 'list'], 3, 'no service'],
  ])('%j: %d', async (args, code, output) => {
    await account();
    const ended = await terminal.type(args);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(output);
  });

  test('reports why a backup cannot be written', async () => {
    const file = join(terminal.dataFolder, 'night.backup');
    expect((await terminal.type(['backup', file])).code).toBe(0);
    const again = await terminal.type(['backup', file]);
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('this file exists already') });
    const nowhere = await terminal.type(['backup', join(terminal.dataFolder, 'missing', 'night.backup')]);
    expect(nowhere).toMatchObject({ code: 2, err: expect.stringContaining('there is no such folder') });
  });

  test('does not guess where a store is to be moved', async () => {
    for (const flags of [[], ['--to', 'embedded', '--to-file', 'x']]) {
      expect(await terminal.type(['store', 'move', ...flags])).toMatchObject({
        code: 2,
        err: expect.stringContaining('--to-file'),
      });
    }
  });

  test('says of a wrong number of partitions what it should be', async () => {
    for (const partitions of ['0', '4097', 'many']) {
      const { code, err } = await terminal.type(['store', 'move', '--to', 'redis://x', '--partitions', partitions]);
      expect([code, err]).toEqual([2, 'countersign: --partitions: a whole number from 1 to 4096\n']);
    }
  });

  test('writes a backup to standard output, and nothing else', async () => {
    const { code, out, err } = await terminal.type(['backup', '-']);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n').slice(-2)).toEqual([expect.stringContaining('{"end":'), '']);
    const [last] = await terminal.ports.store.getMany([lastBackupDocument.key()], terminal.ports.clock.now());
    expect(last?.value.lines).toBe(out.split('\n').length - 1);
  });

  test('help and version are no errors', async () => {
    expect(await terminal.type(['--version'])).toMatchObject({ code: 0, out: '9.8.7\n' });
    expect((await terminal.type(['--help'])).out).toContain('countersign');
  });
});

// SR-36
test('escapes names that would move the cursor', async () => {
  const id = await account();
  const hostile = 'evil\u001b[2J\u202egnp';
  const resource = await json<{ id: string }>('resource', 'create', '--name', 'Shop');
  const [stored] = await terminal.ports.store.getMany([resourceDocument.key(resource.id as ResourceId)], 0);
  await terminal.ports.store.commit({
    anchor: resource.id,
    operation: 'plant',
    now: 0,
    expect: [],
    put: [
      { key: resourceDocument.key(resource.id as ResourceId), value: { ...stored?.value, account: id, name: hostile } },
    ],
  });
  const { out } = await terminal.type(['resource', 'list']);
  expect(out).toContain('evil\\u{1b}[2J\\u{202e}gnp');
});

describe('doctor', () => {
  test('finds a half-created user after a crash, and removes it with --mend', async () => {
    const id = await account();
    const { ports } = terminal;
    // The crash: the document is written, but its names are not claimed.
    ports.store.intercept.commit = async (change, go) => {
      if (touches(change, 'claim')) throw new Error('killed');
      return go();
    };
    const names = { login: 'half', email: 'h@example.com' };
    await expect(createUser(ports, birth(ports, 'usr'), id as AccountId, names)).rejects.toThrow('killed');
    ports.store.intercept = {};
    expect(await json('doctor')).toEqual([]);
    ports.clock.advance(3_600_000);
    expect(await json('doctor')).toMatchObject([{ kind: 'half-made-user' }]);
    expect(await json('doctor', '--mend')).toMatchObject([{ kind: 'half-made-user', mended: true }]);
    expect(await json('doctor')).toEqual([]);
    expect(unwrap(await createUser(ports, birth(ports, 'usr'), id as AccountId, { login: 'half' })).user.login).toBe(
      'half',
    );
  });
});

describe('doctor, about country data', () => {
  test('shows its age, and says so past half a year, without a failure', async () => {
    await account();
    expect(await terminal.type(['doctor'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/country data of 2027-01-15\n$/),
    });
    terminal.ports.clock.advance(200 * DAY_MS);
    expect(await terminal.type(['doctor'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('more than six months old'),
    });
  });
});

// Of docs/operations/keys.md, "A lost master key". A user without an email address gets as far as the service.
test('the commands after a lost master key have all that they need', async () => {
  await terminal.type(['account', 'create', '--name', 'Acme']);
  const resource = (await terminal.type(['--ids', 'resource', 'create', '--name', 'Shop'])).out.trim();
  await terminal.type(['user', 'create', '--login', 'ada']);
  const link = await terminal.type(['user', 'enrol-link', '--resource', resource, 'ada']);
  expect(link).toMatchObject({ code: 1, err: expect.stringMatching(/^countersign: [A-Z_]+: /) });
  const hook = ['webhook', 'create', '--target', 'https://shop.example/hook', '--events', 'user.created'];
  const id = (await terminal.type(['--ids', ...hook])).out.trim();
  expect(await terminal.type(['webhook', 'rotate', id, '--overlap', '0'])).toMatchObject({ code: 0 });
  expect((await terminal.type(['token', 'list', '--state', 'secret-lost', '--all'])).code).toBe(0);
});

describe('doctor, about the processes of the store', () => {
  test('shows version, start and master keys of each that runs', async () => {
    await account();
    const { store, random, clock } = terminal.ports;
    const startedAt = clock.now();
    const entrant = { version: '0.1.0', shape: 1, compatibleShape: 1, masterKeys: ['key-1'], startedAt };
    await registerProcess({ store, random }, entrant, clock.now.bind(clock), {
      pause: async () => undefined,
      monotonicMs: () => 0,
    });
    expect((await terminal.type(['doctor'])).out).toContain(
      'process of version 0.1.0 since 2027-01-15T08:00:00.000Z, master keys key-1\n',
    );
    clock.advance(LEASE_MS);
    expect((await terminal.type(['doctor'])).out).not.toContain('process of version');
  });
});

describe('an archive of events', () => {
  let archive: TemporaryArchive;
  beforeEach(async () => {
    await terminal.close();
    archive = await openTemporaryArchive();
    terminal = await openTerminal('archive', { archive });
    const { ports } = terminal;
    await account();
    await sealEvents(ports);
    ports.clock.advance(2 * DAY_MS);
    expect(await archiveSegments(ports, archive)).toBe(1);
  });
  afterEach(() => archive.delete());

  test('that lacks a file is named by the doctor, which cannot mend it', async () => {
    expect(await terminal.type(['doctor'])).toMatchObject({ code: 0 });
    const [id = ''] = await readdir(archive.root, { recursive: true }).then((names) =>
      names.filter((name) => name.endsWith('.jsonl')),
    );
    await unlink(join(archive.root, id));
    for (const args of [[], ['--mend']]) {
      const { code, out } = await terminal.type(['--json', 'doctor', ...args]);
      expect([code, JSON.parse(out)]).toMatchObject([4, [{ kind: 'damaged-archive-file', id }]]);
    }
  });

  test('that cannot be reached is named by the doctor, and refuses a backup, which leaves no file', async () => {
    archive.isDown = true;
    const { code, out } = await terminal.type(['--json', 'doctor', '--mend']);
    expect([code, JSON.parse(out)]).toMatchObject([4, [{ kind: 'unreachable-archive' }]]);
    const file = join(terminal.dataFolder, 'night.backup');
    const refused = await terminal.type(['backup', file]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('the audit archive cannot be read') });
    expect(existsSync(file)).toBe(false);
    archive.isDown = false;
    expect((await terminal.type(['backup', file])).code).toBe(0);
  });
});

test('refuses an invalid line of JSON Lines by its number', async () => {
  await account();
  const file = join(terminal.dataFolder, 'users.jsonl');
  await writeFile(file, '{"login":"ada"}\nnot json\n');
  const output = await terminal.type(['import', 'users', file, '--dry-run']);
  expect(output.err).toContain('users.jsonl:2: ROW_INVALID');
});

test('imports users with the hashes of another system, and refuses a file with a wrong column once', async () => {
  await account();
  const file = join(terminal.dataFolder, 'users.csv');
  const hash = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
  await writeFile(file, `login,passwordHash\nada,${hash}\nalan,${hash}\n`);
  expect((await terminal.type(['import', 'users', file])).out).toContain('users: 2 imported, 0 refused');
  const shown = await terminal.type(['--json', 'user', 'show', 'ada']);
  expect(JSON.parse(shown.out)).toMatchObject({ hasPassword: true });
  await writeFile(file, `login,room\n${'grace,1\n'.repeat(3)}`);
  const { code, err } = await terminal.type(['import', 'users', file]);
  expect(code).toBe(2);
  expect(err.match(/room/g)).toHaveLength(1);
});

test('names a thousand refused rows of an import and counts the others', async () => {
  await account();
  const file = join(terminal.dataFolder, 'users.jsonl');
  await writeFile(file, '{"login":""}\n'.repeat(1002));
  const { err } = await terminal.type(['import', 'users', file, '--dry-run']);
  expect(err.match(/ROW_INVALID|INPUT_INVALID/g)).toHaveLength(1000);
  expect(err).toContain('users.jsonl: 2 more refused\n');
});

test('imports 500 rows with long names through the socket, and refuses only a row that is too long', async () => {
  await account();
  const file = join(terminal.dataFolder, 'users.jsonl');
  const rows = Array.from({ length: 500 }, (_, at) =>
    JSON.stringify({ login: `person-${at}`, firstName: 'F'.repeat(100), secondName: 'S'.repeat(100) }),
  );
  const endless = JSON.stringify({ login: 'endless', firstName: 'x'.repeat(200_000) });
  await writeFile(file, [...rows, endless].join('\n'));
  const output = await terminal.type(['import', 'users', file]);
  expect(output.out).toContain('users: 500 imported, 1 refused');
  expect(output).toMatchObject({ code: 4, err: expect.stringContaining('users.jsonl:501: ROW_INVALID too long') });
});
