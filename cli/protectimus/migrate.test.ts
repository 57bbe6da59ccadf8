import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMigrationFixture, FOB_SEED, type MigrationFixture } from './testing/migration-fixture.ts';
import { pageOf, startScriptedSource } from './testing/scripted-source.ts';

let fixture: MigrationFixture;
beforeEach(async () => {
  fixture = await createMigrationFixture('migrate');
});
afterEach(() => fixture.close());

const of = (rows: Record<string, string>[], what: string, outcome: string) =>
  rows
    .filter((row) => row.what === what && row.outcome === outcome)
    .map(({ name }) => name ?? '')
    .sort();
const user = (login: string) => fixture.show('user', 'show', login);
const resources = async () => {
  const list = await fixture.ask('resource', 'list');
  return new Map(list.map((one) => [one.name as string, one]));
};
const commits = () => fixture.terminal.ports.store.commits.length;

describe('a migration', () => {
  test('migrates resources, users, blocks, SMS and email tokens and access', async () => {
    const result = await fixture.move();
    expect(result).toMatchObject({ code: 0, err: '' });
    const here = await resources();
    expect(here.get('Shop')).toMatchObject({ failedAttemptsBeforeLock: 5, enabled: true });
    expect(here.get('Bank')).toMatchObject({ failedAttemptsBeforeLock: 3 });
    const shop = here.get('Shop')?.id;
    expect(await user('bob')).toMatchObject({
      email: 'bob@post.example',
      blocked: false,
      hasPassword: false,
      assignments: [{ resource: shop, alone: true, tokens: [] }],
    });
    expect(await user('carol')).toMatchObject({ blocked: true });
    const [mailbox] = await fixture.ask('token', 'list', '--kind', 'email');
    expect(mailbox).toMatchObject({ to: 'dave@post.example', name: 'Mailbox' });
    expect(await user('dave')).toMatchObject({
      assignments: [{ resource: shop, alone: false, tokens: [mailbox?.id] }],
    });
    expect(result.out).toContain('users: 6 migrated, 0 already there, 0 left out, 0 refused\n');
    expect(result.out).toContain('tokens: 1 migrated, 0 already there, 4 to be set up again, 2 left out, 0 refused\n');
    expect(result.out).toContain('3 users need a token: --send-links mails each a link\n');
    expect(result.out).toContain('5 users have no password: --send-resets mails each a link to set one\n');
  });

  test('finds devices with imported seeds by their serial numbers, and gives them to their owners', async () => {
    await fixture.importSeeds();
    const result = await fixture.move();
    const [fob] = await fixture.ask('token', 'list', '--search', 'f-1');
    const eve = await user('eve');
    expect(fob).toMatchObject({ owner: eve.id, name: 'Fob' });
    expect(eve).toMatchObject({ assignments: [{ alone: false, tokens: [fob?.id] }] });
    expect(of(result.rows, 'enrolment', 'needed')).toEqual(['alice', 'alice', 'frank']);
  });

  test('creates nothing when repeated', async () => {
    await fixture.importSeeds();
    await fixture.move();
    const everything = async () => {
      const lists = ['resource', 'user', 'token'].map((noun) =>
        fixture.terminal.type(['--json', noun, 'list', '--all']),
      );
      return (await Promise.all(lists)).map(({ out }) => out);
    };
    const before = await everything();
    const again = await fixture.move();
    expect(again.code).toBe(0);
    expect(again.rows.filter(({ outcome }) => outcome === 'made')).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  test('reports the same in a dry run, and changes nothing', async () => {
    await fixture.importSeeds();
    const before = commits();
    const tried = await fixture.move(['--dry-run']);
    expect(commits()).toBe(before);
    const created = await fixture.move();
    expect(created.rows).toEqual(tried.rows);
    expect(tried.out.replaceAll('would be migrated', 'migrated')).toBe(created.out);
  });

  test('continues after refused rows, and creates none of them twice', async () => {
    const { store } = fixture.terminal.ports;
    let writes = 0;
    store.intercept = { commit: (_, go) => (++writes % 3 === 0 ? Promise.reject(new Error('torn')) : go()) };
    const first = await fixture.move().catch(() => undefined);
    store.intercept = {};
    expect(first?.code).not.toBe(0);
    fixture.terminal.ports.clock.advance(60_000);
    for (let run = 0; run < 2; run++) await fixture.move();
    const last = await fixture.move();
    expect(last).toMatchObject({ code: 0 });
    expect(last.rows.filter(({ outcome }) => outcome === 'made')).toEqual([]);
    expect((await fixture.ask('user', 'list')).map(({ login }) => login).sort()).toEqual([
      ...['alice', 'bob', 'carol', 'dave', 'eve', 'frank'],
    ]);
    expect(await fixture.ask('token', 'list')).toHaveLength(1);
    expect(await user('carol')).toMatchObject({ blocked: true });
  });

  test('prints JSON for scripts', async () => {
    const { out } = await fixture.terminal.type(
      [
        '--json',
        'migrate',
        'protectimus',
        '--from',
        fixture.url,
        '--login',
        fixture.from.superuser.email,
        '--dry-run',
        '--key-stdin',
        '--report',
        '/dev/null',
      ],
      `${fixture.from.key}\n`,
    );
    expect(JSON.parse(out)).toMatchObject({
      users: { made: 6, refused: 0 },
      needs: { tokens: 3, passwords: 5 },
      dryRun: true,
    });
  });
});

// The attack: a stolen password, once the second factor has been lost on the way.
describe('no user who had a token can sign in without one', () => {
  test('new resources require one, and users assigned without a token have none', async () => {
    await fixture.move();
    const here = await resources();
    expect(here.get('Shop')).toMatchObject({ enrolment: { required: true, postponableUntil: null } });
    expect(await user('alice')).toMatchObject({
      assignments: [
        { alone: true, tokens: [] },
        { alone: true, tokens: [] },
      ],
    });
  });

  test('an existing resource that does not require one gives no access, and the report says so', async () => {
    await fixture.terminal.type(['resource', 'create', '--name', 'Shop']);
    const result = await fixture.move();
    expect(result.code).toBe(4);
    const refused = result.rows.filter(({ code }) => code === 'RESOURCE_UNGUARDED');
    expect(refused.map(({ name }) => name).sort()).toEqual(['alice', 'eve', 'frank']);
    const shop = (await resources()).get('Shop')?.id;
    const { assignments } = (await user('alice')) as { assignments: { resource: string }[] };
    expect(assignments.map(({ resource }) => resource)).not.toContain(shop);
    expect(await user('bob')).toMatchObject({ assignments: [{ resource: shop, alone: true }] });
  });

  test('an existing resource that requires only kinds it does not accept gives no access', async () => {
    const enrolment = JSON.stringify({ kinds: ['totp'], required: true });
    await fixture.terminal.type([
      'resource',
      'create',
      '--name',
      'Shop',
      '--token-kinds',
      'hotp',
      '--enrolment',
      enrolment,
    ]);
    const { rows } = await fixture.move();
    expect(
      rows
        .filter(({ code }) => code === 'RESOURCE_UNGUARDED')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['alice', 'eve', 'frank']);
  });

  test('a token that was locked in the source is not active here', async () => {
    const result = await fixture.move();
    expect(result.rows.filter(({ code }) => code === 'NOT_ACTIVE')).toHaveLength(1);
  });

  test('a resource with filters is disabled until they are created', async () => {
    const { rows } = await fixture.move(['--send-links']);
    expect(rows).toContainEqual(
      expect.objectContaining({
        name: 'Bank',
        outcome: 'made',
        code: 'FILTERS_TO_MAKE',
        detail: expect.stringContaining('Home'),
      }),
    );
    expect((await resources()).get('Bank')).toMatchObject({ enabled: false });
    // Its link would not work.
    expect(rows).toContainEqual(expect.objectContaining({ name: 'alice', resource: 'Bank', code: 'RESOURCE_OFF' }));
  });
});

describe('an existing user with the same login', () => {
  test('does not receive what belongs to another user', async () => {
    await fixture.terminal.type(['user', 'create', '--login', 'alice', '--email', 'other@post.example']);
    const result = await fixture.move();
    expect(result.code).toBe(4);
    expect(result.rows).toContainEqual(expect.objectContaining({ name: 'alice', code: 'NAME_TAKEN' }));
    expect(await user('alice')).toMatchObject({ email: 'other@post.example', assignments: [] });
  });

  test('keeps a token that belongs to another user', async () => {
    await fixture.importSeeds();
    await fixture.terminal.type(['user', 'create', '--login', 'mallory']);
    const [fob] = await fixture.ask('token', 'list', '--search', 'f-1');
    await fixture.terminal.type(['token', 'update', String(fob?.id), '--owner', 'mallory']);
    const result = await fixture.move();
    expect(result.rows).toContainEqual(expect.objectContaining({ name: 'F-1', code: 'SERIAL_TAKEN' }));
    const mallory = await user('mallory');
    expect((await fixture.ask('token', 'list', '--search', 'f-1'))[0]).toMatchObject({ owner: mallory.id });
  });
});

// The attack: a second fob with the same number, made by another vendor or by hand.
test('a fob whose number exists several times is given to no user', async () => {
  await fixture.importSeeds();
  await fixture.terminal.type(
    ['token', 'create', '--name', 'Twin', '--kind', 'totp', '--serial', 'F-1', '--secret-stdin'],
    FOB_SEED,
  );
  const result = await fixture.move();
  expect(result.code).toBe(4);
  expect(result.rows).toContainEqual(expect.objectContaining({ name: 'F-1', code: 'NAME_AMBIGUOUS' }));
  const twins = await fixture.ask('token', 'list', '--kind', 'totp');
  expect(twins).toHaveLength(2);
  for (const twin of twins) expect(twin).not.toHaveProperty('owner');
  expect(of(result.rows, 'enrolment', 'needed')).toContain('eve');
});

describe('links', () => {
  const mails = (kind: string) =>
    fixture.terminal.ports.courier.sent.filter((mail) => mail.kind === kind).map(({ to }) => to);

  test('are mailed on request: one to each user who needs a token, none to a blocked one', async () => {
    await fixture.move();
    expect(fixture.terminal.ports.courier.sent).toEqual([]);
    const result = await fixture.move(['--send-links']);
    expect(mails('enrolment-link').sort()).toEqual(['alice@post.example', 'eve@post.example', 'frank@post.example']);
    const bank = (await resources()).get('Bank')?.id;
    await fixture.terminal.type(['resource', 'update', String(bank), '--enabled', 'true']);
    const again = await fixture.move(['--send-links']);
    expect(again.rows).toContainEqual(expect.objectContaining({ name: 'alice', code: 'ONE_LINK_AT_A_TIME' }));
    expect(result.out).toContain('3 users need a token; 3 were sent a link\n');
  });

  test('to new passwords go to users without one', async () => {
    await fixture.move(['--send-resets', '--language', 'de']);
    expect(mails('password-reset').sort()).toEqual(
      ['alice', 'bob', 'dave', 'eve', 'frank'].map((login) => `${login}@post.example`),
    );
  });

  test('stop at the first mail that cannot be sent, and the report lists the rest', async () => {
    fixture.terminal.ports.courier.down = true;
    const result = await fixture.move(['--send-links']);
    expect(result.code).toBe(4);
    expect(result.rows.filter(({ what, outcome }) => what === 'enrolment' && outcome === 'refused')).toHaveLength(1);
  });
});

// The attack: names that a terminal, a spreadsheet or a browser would execute.
describe('an account with hostile names', () => {
  const user = {
    id: 1,
    login: '<img/src=x>',
    firstName: '\u001b[2J',
    secondName: '=1+1',
    phoneNumber: '4915112345678',
  };
  const others = [
    { id: 2, login: '=cmd', email: 'b@post.example' },
    { id: 3, login: '__proto__', email: 'c@post.example' },
  ];
  const tokens = [
    { id: 11, name: '', type: 'SMS', serialNumber: '4915112345678', enabled: true, apiSupport: false, userId: 1 },
    { id: 12, name: '', type: 'MAIL', serialNumber: 'b@post.example', enabled: 'true', userId: '2' },
  ];

  test('is harmless: valid names are migrated, others are reported', async () => {
    const source = await startScriptedSource((path, query) => {
      if (path === 'resource-service/resources') return pageOf('resources', [{ id: 7, name: '=1+1' }], query);
      if (path === 'user-service/users') return pageOf('users', [user, ...others], query);
      if (path === 'token-service/tokens') return pageOf('tokens', tokens, query);
      return undefined;
    });
    const result = await fixture.move(['--from', source.url]);
    source.close();
    const report = await readFile(join(fixture.terminal.dataFolder, 'report.csv'), 'utf8');
    expect(result.code).toBe(4);
    expect(result.rows).toContainEqual(
      expect.objectContaining({ number: '1', code: 'INPUT_INVALID', detail: expect.stringContaining('firstName') }),
    );
    expect(report).not.toMatch(/(?:^|,)[=+@-]/m);
    expect(report + result.out + result.err).not.toContain('\u001b');
    expect(of(result.rows, 'user', 'made')).toEqual(["'=cmd", '__proto__']);
    const [mailbox] = await fixture.ask('token', 'list');
    expect(mailbox).toMatchObject({ kind: 'email', to: 'b@post.example' });
    expect((await resources()).get('=1+1')).toMatchObject({ tokenKinds: expect.arrayContaining(['sms']) });
  });

  test('numbers get their plus, and a token that counts in the widget alone stays so', async () => {
    const source = await startScriptedSource((path, query) => {
      if (path === 'resource-service/resources') return pageOf('resources', [{ id: 7, name: 'Shop' }], query);
      if (path === 'user-service/users') return pageOf('users', [{ ...user, login: 'ada', firstName: null }], query);
      if (path === 'token-service/tokens') return pageOf('tokens', tokens.slice(0, 1), query);
      return undefined;
    });
    for (let times = 0; times < 2; times++) await fixture.move(['--from', source.url]);
    source.close();
    const list = await fixture.ask('token', 'list');
    expect(list).toMatchObject([{ kind: 'sms', to: '+4915112345678', apiSupport: false }]);
  });

  // The attack: a kill between making the token and shutting the API to it.
  test('also one that was made just before a kill', async () => {
    const source = await startScriptedSource((path, query) => {
      if (path === 'user-service/users') return pageOf('users', [{ ...user, login: 'ada', firstName: null }], query);
      if (path === 'token-service/tokens') return pageOf('tokens', tokens.slice(0, 1), query);
      return undefined;
    });
    const { store } = fixture.terminal.ports;
    store.intercept = {
      commit: (change, go) =>
        JSON.stringify(change).includes('"apiSupport":false') ? Promise.reject(new Error('torn')) : go(),
    };
    await fixture.move(['--from', source.url]).catch(() => undefined);
    expect(await fixture.ask('token', 'list')).toMatchObject([{ kind: 'sms', apiSupport: true }]);
    store.intercept = {};
    await fixture.move(['--from', source.url]);
    source.close();
    expect(await fixture.ask('token', 'list')).toMatchObject([{ kind: 'sms', apiSupport: false }]);
  });

  test('numbers of every length that codes are sent to', async () => {
    const short = { ...tokens[0], serialNumber: '29012345', userId: undefined };
    const source = await startScriptedSource((path, query) =>
      path === 'token-service/tokens' ? pageOf('tokens', [short], query) : undefined,
    );
    for (let times = 0; times < 2; times++) await fixture.move(['--from', source.url]);
    source.close();
    expect(await fixture.ask('token', 'list')).toMatchObject([{ kind: 'sms', to: '+29012345' }]);
  });
});

// SR-23, SR-35
test('SR-35: the key is in no output, report or file, and none is taken as an argument', async () => {
  const result = await fixture.move();
  const files = await readdir(fixture.terminal.dataFolder);
  const kept = await Promise.all(
    files
      .filter((name) => /report/.test(name))
      .map((name) => readFile(join(fixture.terminal.dataFolder, name), 'utf8')),
  );
  expect(files).not.toContain('report.csv.moving');
  for (const text of [result.out, result.err, ...kept]) expect(text).not.toContain(fixture.from.key);
  expect(await fixture.move(['--key', fixture.from.key])).toMatchObject({ code: 2 });
  expect(await fixture.move([], {})).toMatchObject({ code: 2, err: expect.stringContaining('PROTECTIMUS_API_KEY') });
});
