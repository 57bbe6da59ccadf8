import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectToAccount } from '../connection/connect.ts';
import { Unreachable } from '../connection/service.ts';
import { openTerminal, type Terminal } from '../testing/terminal.ts';
import { keycloak } from './keycloak.ts';
import { moveUsers } from './move-users.ts';
import { Report } from './report.ts';

let terminal: Terminal;
let realm: string;
beforeEach(async () => {
  terminal = await openTerminal('move-users');
  await terminal.type(['account', 'create', '--name', 'Acme']);
  realm = join(terminal.dataFolder, 'realm.json');
  await copyFile(new URL('testing/keycloak-realm.json', import.meta.url), realm);
});
afterEach(() => terminal.close());

const migrate = (...flags: string[]) =>
  terminal.type(['migrate', 'keycloak', realm, '--output', terminal.dataFolder, ...flags]);
const list = async (what: string) =>
  JSON.parse((await terminal.type(['--json', what, 'list', '--limit', '200'])).out) as Record<string, unknown>[];
const written = (name: string) => readFile(join(terminal.dataFolder, `keycloak-${name}`), 'utf8');
const users = (...records: object[]) => writeFile(realm, JSON.stringify({ users: records }));
const otp = (value = 'lx7TqPzK2mB4vN8wR3yA') => ({
  ...{ type: 'otp', secretData: JSON.stringify({ value }) },
  credentialData: JSON.stringify({ subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' }),
});

describe('a realm', () => {
  test('moves with its passwords and tokens, and the report says what does not', async () => {
    const output = await migrate();
    expect(output).toMatchObject({ code: 0, err: '' });
    expect(output.out).toBe(
      [
        'users: 7 moved, 0 already there, 1 left out, 0 refused',
        'tokens: 3 moved, 0 already there, 2 to be set up again, 0 left out, 0 refused',
        '3 users need a password; 1 unverified addresses left out',
        `full report: ${join(terminal.dataFolder, 'keycloak-report.csv')}\n`,
      ].join('\n'),
    );
    const moved = await list('user');
    const ada = moved.find(({ login }) => login === 'ada');
    expect(ada).toMatchObject({ email: 'ada@example.com', hasPassword: true, blocked: false });
    expect(moved.find(({ login }) => login === 'linus')).toMatchObject({ blocked: true, hasPassword: true });
    expect(moved.find(({ login }) => login === 'grace')).not.toHaveProperty('email');
    expect(await list('token')).toContainEqual(expect.objectContaining({ name: 'Phone', owner: ada?.id }));
    const report = await written('report.csv');
    expect(report).toContain('user,left,6,service-account-shop,,SERVICE_ACCOUNT,');
    expect(report).toContain('password,needed,4,hedy,,PASSWORD_TEMPORARY,');
    expect(report).toContain('email,left,2,grace,,EMAIL_UNVERIFIED,');
    expect(report).not.toContain('lx7TqPzK2mB4vN8wR3yA');
    expect((await readdir(terminal.dataFolder)).filter((name) => /importing|rejected/.test(name))).toEqual([]);
  });

  test('a dry run says the same and changes nothing', async () => {
    const output = await migrate('--dry-run');
    expect(output.out).toContain(
      'users: 7 would be moved, 0 already there, 1 left out, 0 refused\ntokens: 3 would be moved',
    );
    expect(await list('user')).toEqual([]);
    expect(await list('token')).toEqual([]);
  });

  test('--keep-unverified keeps addresses', async () => {
    await migrate('--keep-unverified');
    expect((await list('user')).find(({ login }) => login === 'grace')).toMatchObject({ email: 'grace@example.com' });
  });

  test('--json counts for scripts', async () => {
    const output = await terminal.type(['--json', 'migrate', 'keycloak', realm, '--output', terminal.dataFolder]);
    expect(JSON.parse(output.out)).toEqual({
      users: { made: 7, there: 0, needed: 0, left: 1, refused: 0 },
      tokens: { made: 3, there: 0, needed: 2, left: 0, refused: 0 },
      needs: { passwords: 3 },
      left: { emails: 1 },
      dryRun: false,
    });
  });
});

describe('attacks', () => {
  // The other system let anyone register the name of a user here. Their device would sign in as that user.
  test("a stranger's token does not go to a user here of the same name", async () => {
    await terminal.type(['user', 'create', '--login', 'ada']);
    await terminal.type(['user', 'create', '--login', 'boss', '--alias', 'grace']);
    const output = await migrate();
    expect(output.code).toBe(4);
    expect(output.out).toContain('users: 5 moved, 0 already there, 1 left out, 2 refused\ntokens: 1 moved');
    expect(await list('token')).toMatchObject([{ name: 'Fob' }]);
    expect(await written('report.csv')).toContain('token,left,1,ada,,OWNER_LEFT,');
    expect(
      (await written('users.rejected'))
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ login: 'ada' }, { login: 'grace' }]);
    expect((await stat(join(terminal.dataFolder, 'keycloak-users.rejected'))).mode & 0o777).toBe(0o600);
  });

  test('a record that cannot be read is named, and stops no other', async () => {
    await users({ username: 'ada', enabled: true, credentials: [otp()] }, { email: 'x@example.com' }, ['nothing']);
    const output = await migrate();
    expect(output.code).toBe(4);
    expect(output.out).toContain('users: 1 moved, 0 already there, 0 left out, 2 refused\ntokens: 1 moved');
    const report = await written('report.csv');
    expect(report).toContain('user,refused,2,,,ROW_INVALID,username: missing');
    expect(report).toContain('user,refused,3,,,ROW_INVALID,not a JSON object');
  });

  test('a short seed is refused by name', async () => {
    await users({ username: 'ada', enabled: true, credentials: [otp('short')] });
    const output = await migrate();
    expect(output.out).toContain('users: 1 moved, 0 already there, 0 left out, 0 refused\ntokens: 0 moved');
    expect(await written('report.csv')).toContain('token,refused,1,Authenticator app,,INPUT_INVALID');
  });
});

describe('access', () => {
  const resource = async (...flags: string[]) =>
    (await terminal.type(['--ids', 'resource', 'create', '--name', 'Shop', ...flags])).out.trim();
  const required = ['--enrolment', '{ "kinds": ["totp"], "required": true }'];
  const accessOf = async (login: string) => {
    const { assignments } = JSON.parse((await terminal.type(['--json', 'user', 'show', login])).out) as {
      assignments: { resource: string; alone: boolean; tokens: string[] }[];
    };
    return assignments.map(({ alone, tokens }) => ({ alone, tokens: tokens.length }));
  };

  test('is with the tokens that moved, else alone, and is given once', async () => {
    const id = await resource(...required);
    expect((await migrate('--dry-run', '--resource', id)).out).toContain('access: 7 would be given, 0 refused');
    expect((await migrate('--resource', id)).out).toContain('access: 7 given, 0 refused');
    expect(await accessOf('ada')).toEqual([{ alone: false, tokens: 1 }]);
    expect(await accessOf('hedy')).toEqual([{ alone: true, tokens: 0 }]);
    expect(await migrate('--resource', id)).toMatchObject({ code: 0 });
    expect(await accessOf('ada')).toEqual([{ alone: false, tokens: 1 }]);
    expect(await written('report.csv')).toContain('assignment,made,1,ada,Shop,,');
  });

  // The password alone would open what a second factor guarded elsewhere.
  test('without the second factor of the other system is refused where none is asked for', async () => {
    await users(
      { id: '1', username: 'ada', enabled: true, credentials: [otp('short')] },
      { id: '2', username: 'bob', enabled: true, credentials: [{ type: 'webauthn' }] },
      { id: '3', username: 'eve', enabled: true },
    );
    const id = await resource();
    const output = await migrate('--resource', id);
    expect(output.code).toBe(4);
    expect(output.out).toContain('access: 1 given, 2 refused');
    expect(await written('report.csv')).toMatch(/assignment,refused,1,ada,Shop,RESOURCE_UNGUARDED,/);
    expect([await accessOf('ada'), await accessOf('bob'), await accessOf('eve')]).toMatchObject([[], [], [{}]]);
    await terminal.type(['resource', 'update', id, ...required]);
    expect((await migrate('--resource', id)).out).toContain('access: 3 given, 0 refused');
    expect(await accessOf('bob')).toEqual([{ alone: true, tokens: 0 }]);
  });

  test('to an unknown resource changes nothing', async () => {
    expect(await migrate('--resource', 'res_01k8dq9z2mp')).toMatchObject({ code: 1 });
    expect(await list('user')).toEqual([]);
  });
});

describe('files', () => {
  test.each([
    ['cut', '{"users":[{"username":"ada","enabled":true}'],
    ['without users', '{"realm":"shop"}'],
    ['not JSON', 'username,enabled\nada,true\n'],
    ['empty', ''],
  ])('one that is %s is a usage error, and changes nothing', async (_, text) => {
    await writeFile(realm, text);
    const output = await migrate();
    expect(output).toMatchObject({ code: 2, out: '' });
    expect(output.err).not.toContain('ada');
    expect(await list('user')).toEqual([]);
  });

  test('run again, it creates what was refused, and nothing twice', async () => {
    let calls = 0;
    const { store } = terminal.ports;
    const commit = store.commit.bind(store);
    store.commit = (...input) => {
      calls += 1;
      if (calls === 12) throw new Error('the disk is full');
      return commit(...input);
    };
    const first = await migrate();
    store.commit = commit;
    const second = await migrate();
    expect([first.code, second.code]).toEqual([4, 0]);
    expect(second.out).toMatch(/users: 1 moved, 6 already there/);
    expect(await list('user')).toHaveLength(7);
    expect(await list('token')).toHaveLength(3);
    expect((await migrate()).out).toMatch(/users: 0 moved, 7 already there.*\ntokens: 0 moved, 3 already there/);
  });

  // Killed between the two, it would leave a user who may sign in though the other system had locked them out.
  test('interrupted before a user is blocked, it resumes with that user', async () => {
    const { dataFolder } = terminal;
    const connection = {
      dataFolder,
      url: undefined,
      apiKey: undefined,
      account: undefined,
      server: '',
      environment: {},
    };
    const service = await connectToAccount(connection);
    const report = new Report(join(dataFolder, 'report.csv'));
    const rejected = {
      users: join(dataFolder, 'users'),
      tokens: join(dataFolder, 'tokens'),
      access: join(dataFolder, 'access'),
    };
    const source = await keycloak.open(realm, {});
    const options = { source, dryRun: false, run: 'one', rejected, keepUnverified: false, report };
    const cut = {
      ...{ close: () => service.close(), download: service.download.bind(service) },
      send: (...call: Parameters<typeof service.send>) =>
        call[0] === 'PATCH' ? Promise.reject(new Unreachable('gone')) : service.send(...call),
    };
    const silent = { at() {}, stop() {} };
    await expect(moveUsers(cut, options, silent)).rejects.toThrow('gone');
    expect(await list('token')).toEqual([]);
    await moveUsers(service, options, silent);
    await service.close();
    await report.close();
    expect(await list('user')).toHaveLength(7);
    expect((await list('user')).find(({ login }) => login === 'linus')).toMatchObject({ blocked: true });
    expect(await list('token')).toHaveLength(3);
  });
});
