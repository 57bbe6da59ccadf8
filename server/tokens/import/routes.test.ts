import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TokenId } from '../../kernel/ids.ts';
import { type Change, StoreUnavailable } from '../../kernel/ports/store.ts';
import { answerOf, SUITE_PIN } from '../../testing/devices/ocra-device.ts';
import { createFixture, type Fixture, read } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { suiteOf } from '../../testing/ocra-samples.ts';
import { tokenDocument } from '../documents.ts';
import { hotp } from '../kinds/oath/code.ts';
import { figure } from './testing/read-whole.ts';
import { writePskc } from './testing/write-pskc.ts';

const services: Service[] = [];
let service: Service;
let scene: Fixture;
let key: string;
beforeEach(async () => {
  service = await openService('token-imports');
  services.push(service);
  scene = await createFixture(service.ports);
  key = await service.keyFor(scene.account, ['read', 'write']);
});
afterEach(() => {
  service.ports.store.intercept = {};
});
afterAll(() => Promise.all(services.map(({ ports }) => ports.close())));

interface Answer {
  format: string;
  counts: { made: number; exists: number; importable: number; refused: number };
  warnings: { code: string }[];
  rows: { line: number; serial?: string; outcome: string; id?: TokenId; code?: string; detail?: string }[];
}
const post = (body: object, by = key) => service.call('POST /v1/token-imports', { key: by, body });
async function send(body: object, by = key): Promise<Answer> {
  const response = await post(body, by);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Answer;
}
/** The first use of a key is recorded at some later time. */
const isNote = ({ put = [] }: Change) => put.some(({ key: { name } }) => name.startsWith('api-key-use/'));
const changes = () => service.ports.store.commits.filter(({ change }) => !isNote(change)).length;
const tokensThere = async () =>
  ((await (await service.call('GET /v1/tokens?limit=200', { key })).json()) as { items: { serial?: string }[] }).items;

const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const csv = (count: number, from = 0) =>
  [
    'serial,seed,type',
    ...Array.from(
      { length: count },
      (_, at) => `S${from + at},${Buffer.alloc(20, from + at + 1).toString('hex')},totp`,
    ),
  ].join('\n');

describe('a file', () => {
  test('becomes tokens without an owner, created by the caller', async () => {
    const answer = await send({ content: figure(10) });
    expect(answer).toMatchObject({
      format: 'pskc',
      counts: { made: 4, exists: 0, importable: 0, refused: 0 },
      warnings: [],
    });
    const [first] = answer.rows;
    expect(first).toMatchObject({ serial: '654321', outcome: 'made', line: 7 });
    const shown = await (await service.call(`GET /v1/tokens/${first?.id}`, { key })).json();
    expect(shown).toMatchObject({
      serial: '654321',
      name: 'TokenVendorAcme 654321',
      kind: 'hotp',
      digits: 8,
      expiresAt: Date.parse('2006-05-31T00:00:00Z'),
      createdBy: { kind: 'api-key' },
    });
    expect(shown).not.toHaveProperty('owner');
  });

  test('as base64, and encrypted', async () => {
    const content = Buffer.from(figure(7)).toString('base64');
    expect(await send({ content, encoding: 'base64', password: 'qwerty' })).toMatchObject({ counts: { made: 1 } });
    const preSharedKey = '12345678901234567890123456789012';
    // The same seed as in figure 7, under the same serial number: the same token.
    expect(await send({ content: figure(6), preSharedKey })).toMatchObject({ counts: { exists: 1, made: 0 } });
    const wrong = await post({ content: figure(7), password: 'qwertz' });
    expect(await wrong.clone().json()).toMatchObject({
      detail: 'KEY_WRONG: The key or the password is wrong, or the file has been altered.',
    });
    expect(await refusalOf(wrong)).toEqual({ status: 422, code: 'IMPORT_UNREADABLE' });
  });

  test.each([
    ['each of whose passwords is tried', 'aegis-encrypted'],
    ['under a key of Argon2id', 'bitwarden-argon2'],
  ])('an encrypted export of an app, %s', async (_how, name) => {
    const file = new URL(`./testing/apps/${name}.json`, import.meta.url);
    const content = await readFile(file, 'utf8');
    const answer = await send({ content, password: 'lètmein please', acceptPartial: true });
    expect(answer).toMatchObject({
      format: 'app',
      counts: { made: 2, refused: 1 },
      rows: [{ line: 1 }, { line: 2 }, { line: 3, code: 'KIND_UNSUPPORTED' }],
    });
    const wrong = await post({ content, password: 'wrong' });
    expect(await refusalOf(wrong)).toEqual({ status: 422, code: 'IMPORT_UNREADABLE' });
  });

  test('an export of an account alone is refused with how to export instead', async () => {
    const content = JSON.stringify({ encrypted: true, encKeyValidation_DO_NOT_EDIT: '2.', folders: [], items: [] });
    expect(await (await post({ content })).json()).toMatchObject({
      code: 'IMPORT_UNREADABLE',
      detail: expect.stringMatching(/^ACCOUNT_RESTRICTED: .*Export again .*"Password protected"/),
    });
  });

  test('creates tokens whose codes sign in', async () => {
    const { rows } = await send({ content: `otpauth://hotp/fob?secret=${SEED}&counter=5` });
    const id = rows[0]?.id ?? '';
    await service.call('POST /v1/assignments', { key, body: { resource: scene.resource.id, token: id } });
    const authenticate = await service.keyFor(scene.account, ['authenticate']);
    const secret = Buffer.from('12345678901234567890');
    const otp = hotp({ secret, counter: 5, digits: 6, algorithm: 'SHA1' });
    const body = { method: 'token', resource: scene.resource.id, token: id, otp };
    const answer = await service.call('POST /v1/authentications', { key: authenticate, body });
    expect(answer.status, await answer.clone().text()).toBe(200);
  });

  // SR-45, SR-23
  test.each(['OCRA-1:HOTP-SHA256-8:QN08-T1M', 'OCRA-1:HOTP-SHA512-8:C-QA10', 'OCRA-1:HOTP-SHA1-6:C-QH08-PSHA256-T5M'])(
    'SR-45: creates devices of %s, which answer questions as those created by hand',
    async (suite) => {
      const secret = Buffer.alloc(20, suite);
      const pin = suite.includes('-P') ? SUITE_PIN : '';
      const row = `R1,${secret.toString('hex')},${suite},5,${pin}`;
      const answer = await send({ content: `serial,seed,suite,counter,suitePin\n${row}` });
      expect(JSON.stringify(answer)).not.toContain(SUITE_PIN);
      const id = answer.rows[0]?.id ?? '';
      const { resource, user } = scene;
      await service.call(`PATCH /v1/tokens/${id}`, { key, body: { owner: user.id } });
      const assigned = { resource: resource.id, user: user.id, token: id };
      expect((await service.call('POST /v1/assignments', { key, body: assigned })).status).toBe(201);

      const authenticate = await service.keyFor(scene.account, ['authenticate']);
      const ask = { key: authenticate, body: { resource: resource.id, user: user.id } };
      const signIn = async (counter: number) => {
        const { question } = (await (await service.call('POST /v1/challenges', ask)).json()) as { question: string };
        const otp = answerOf(suiteOf(suite), secret, question, { counter, now: service.ports.clock.now() });
        const body = { method: 'otp', resource: resource.id, user: user.id, otp };
        return (await service.call('POST /v1/authentications', { key: authenticate, body })).json();
      };
      if (suite.includes(':C-')) expect(await signIn(4)).not.toHaveProperty('authenticated');
      expect(await signIn(5)).toMatchObject({ authenticated: true, kind: 'ocra', token: id });
      // The same file again, whatever its PIN by then.
      expect(await send({ content: `serial,seed,suite,counter,suitePin\n${row}` })).toMatchObject({
        counts: { exists: 1 },
      });
    },
  );

  test('has one event for each token', async () => {
    await send({ content: csv(3) });
    const created = service.ports.store.commits
      .flatMap(({ change }) => change.append ?? [])
      .filter((event) => (event as { type?: string }).type === 'token.created');
    expect(created).toHaveLength(3);
  });
});

describe('nothing is half-imported', () => {
  const bad = `${csv(3)}\nS9,abc,totp\nS1,${'09'.repeat(20)},totp`;

  test('one invalid row prevents the import, and every invalid one is named', async () => {
    const before = changes();
    const response = await post({ content: bad });
    expect(await response.clone().json()).toMatchObject({
      code: 'IMPORT_REFUSED',
      errors: [
        { path: 'rows/3', message: 'line 5: SEED_MALFORMED: The seed cannot be read in its encoding.' },
        { path: 'rows/4', message: expect.stringContaining('SERIAL_REPEATED') },
      ],
    });
    expect(response.status).toBe(422);
    expect(changes()).toBe(before);
  });

  test('except if a partial import is requested', async () => {
    const { counts, rows } = await send({ content: bad, acceptPartial: true });
    expect(counts).toEqual({ made: 3, exists: 0, importable: 0, refused: 2 });
    expect(rows.map(({ code }) => code)).toEqual([
      undefined,
      undefined,
      undefined,
      'SEED_MALFORMED',
      'SERIAL_REPEATED',
    ]);
    expect(await tokensThere()).toHaveLength(3);
  });

  test('a dry run reports the tokens, and creates none', async () => {
    const before = changes();
    const { counts } = await send({ content: bad, dryRun: true });
    expect(counts).toEqual({ made: 0, exists: 0, importable: 3, refused: 2 });
    expect(changes()).toBe(before);
  });

  test('an interrupted import is completed by repeating it', async () => {
    let commits = 0;
    service.ports.store.intercept = {
      commit: (change, go) => {
        if (!isNote(change)) commits += 1;
        if (commits === 11) throw new StoreUnavailable('gone');
        return go();
      },
    };
    const content = csv(30);
    expect(await refusalOf(await post({ content }))).toEqual({ status: 503, code: 'UNAVAILABLE' });
    service.ports.store.intercept = {};
    const made = (await tokensThere()).length;
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(30);
    expect((await send({ content })).counts).toEqual({ made: 30 - made, exists: made, importable: 0, refused: 0 });
    expect((await send({ content })).counts).toEqual({ made: 0, exists: 30, importable: 0, refused: 0 });
    expect(await tokensThere()).toHaveLength(30);
  });

  test('ten simultaneous imports create each token once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => post({ content: csv(5) })));
    for (const answer of answers) expect([200, 503]).toContain(answer.status);
    expect(await tokensThere()).toHaveLength(5);
  });

  test('a large one in steps: each validates all of it, and together they complete it', async () => {
    const content = csv(10);
    expect((await send({ content, from: 0, count: 4 })).counts).toMatchObject({ made: 4, importable: 6 });
    expect((await send({ content, from: 4, count: 4 })).counts).toMatchObject({ made: 4, exists: 4, importable: 2 });
    expect((await send({ content, from: 8, count: 4 })).counts).toMatchObject({ made: 2, exists: 8, importable: 0 });
  });
});

describe('the owner', () => {
  const owned = (...owners: string[]) => {
    const [header, ...rows] = csv(owners.length).split('\n');
    return [`${header},owner`, ...rows.map((row, at) => `${row},${owners[at]}`)].join('\n');
  };

  test('is a user by any name; an unknown one refuses the row', async () => {
    const { id, login } = scene.user;
    const answer = await send({ content: owned(login.toUpperCase(), id, '', 'nemo'), acceptPartial: true });
    expect(answer.rows.map(({ outcome, code }) => code ?? outcome)).toEqual(['made', 'made', 'made', 'OWNER_UNKNOWN']);
    const owners = await Promise.all(
      answer.rows
        .slice(0, 3)
        .map(async (row) => (await read(service.ports, tokenDocument.key(row.id as TokenId)))?.owner),
    );
    expect(owners).toEqual([id, id, undefined]);
  });
});

describe('existing tokens', () => {
  test('a serial number of another token is taken, in any spelling', async () => {
    const body = { name: 'fob', kind: 'totp', serial: 's1' };
    await service.call('POST /v1/tokens', { key, body });
    // A name is no serial number.
    await service.call('POST /v1/tokens', { key, body: { name: 'S2', kind: 'totp' } });
    const { rows } = await send({ content: csv(3), dryRun: true });
    expect(rows.map(({ outcome, code }) => code ?? outcome)).toEqual(['importable', 'SERIAL_TAKEN', 'importable']);
  });

  test('among many whose names have the same prefix', async () => {
    for (let at = 0; at < 60; at++) {
      await service.call('POST /v1/tokens', { key, body: { name: 'S1', kind: 'totp', serial: `other ${at}` } });
    }
    await service.call('POST /v1/tokens', { key, body: { name: 'last', kind: 'totp', serial: 'S1' } });
    const { rows } = await send({ content: csv(2), dryRun: true });
    expect(rows.map(({ outcome, code }) => code ?? outcome)).toEqual(['importable', 'SERIAL_TAKEN']);
  });

  test('another account has its own', async () => {
    await send({ content: csv(2) });
    const other = await createFixture(service.ports);
    const theirs = await service.keyFor(other.account, ['write']);
    expect((await send({ content: csv(2) }, theirs)).counts).toMatchObject({ made: 2 });
  });

  test('a token that was deleted and imported again restores no old access', async () => {
    const content = `otpauth://totp/fob?secret=${SEED}`;
    const id = (await send({ content })).rows[0]?.id as TokenId;
    const before = await read(service.ports, tokenDocument.key(id));
    await service.call(`DELETE /v1/tokens/${id}`, { key });
    service.ports.clock.advance(1);
    expect((await send({ content })).rows[0]).toMatchObject({ id, outcome: 'made' });
    const after = await read(service.ports, tokenDocument.key(id));
    expect(after.epoch).toBeGreaterThan(before.epoch);
  });
});

// SR-23, SR-35
test('SR-23: no seed, password or key is in any response, event or line of the log', async () => {
  const secret = 'CANARY2SEED3CANARY2SEED3CANARY2A';
  const hex = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee0f';
  const bodies = [
    { content: `otpauth://totp/a?secret=${secret}` },
    { content: `otpauth://totp/a?secret=${secret}&digits=9` },
    { content: `otpauth://totp/a?secret=${secret}1` },
    { content: `serial,seed,type\n1,${hex},totp\n2,${hex}zz,totp`, acceptPartial: true },
    { content: `${hex}\n"${hex}`, format: 'csv' },
    { content: figure(3).replace('MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=', `${secret}&x;`) },
    { content: figure(7), password: 'canary-password-7' },
    { content: figure(6), preSharedKey: hex.slice(0, 32) },
    { content: figure(6), preSharedKey: `${hex}77` },
    { content: figure(6), preSharedKey: hex.slice(0, 32), password: 'canary-password-7' },
    { content: '!', encoding: 'base64', password: 'canary-password-7', [secret]: 1 },
  ];
  let answers = '';
  for (const body of bodies) answers += await (await post(body)).text();
  const events = JSON.stringify(service.ports.store.commits.map(({ change }) => change.append));
  const log = service.log.text();
  expect(log).toContain('token-imports');
  for (const canary of [hex, 'canary-password-7', Buffer.from(hex, 'hex').toString('base64'), secret.slice(0, 20)]) {
    expect(events.toLowerCase()).not.toContain(canary.toLowerCase());
    expect(log.toLowerCase()).not.toContain(canary.toLowerCase());
    // The name of an unknown field is the caller's own spelling, and is returned to them.
    expect(answers.replace(`"path":"${secret}"`, '').toLowerCase()).not.toContain(canary.toLowerCase());
  }
});

describe('invalid requests', () => {
  test.each([
    ['no content', {}],
    ['an unknown field', { content: 'x', owner: 'usr_01k8dq9z2mp' }],
    ['both keys', { content: 'x', password: 'a', preSharedKey: '00'.repeat(16) }],
    ['a key that is no hexadecimal', { content: 'x', preSharedKey: 'xyz' }],
    ['a format of its own', { content: 'x', format: 'xlsx' }],
    ['no base64', { content: 'x', encoding: 'base64' }],
  ])('%s', async (_, body) => {
    expect(await refusalOf(await post(body))).toEqual({ status: 422, code: 'INPUT_INVALID' });
  });

  test('beyond the limit', async () => {
    const content = ' '.repeat(2 * 1024 * 1024 + 1);
    expect(await refusalOf(await post({ content }))).toEqual({ status: 422, code: 'IMPORT_UNREADABLE' });
    const huge = await post({ content: ' '.repeat(4 * 1024 * 1024) });
    expect(await refusalOf(huge)).toEqual({ status: 413, code: 'BODY_TOO_LARGE' });
  });

  // SR-20, SR-56. The attack: an unauthenticated client sends four mebibytes, which are parsed before the
  // authentication.
  test('a large body of an unauthorised client, before it is read', async () => {
    const text = `{"content":${'['.repeat(3 * 1024 * 1024)}`;
    const headers = { 'content-type': 'application/json' };
    const unknown = await service.call('POST /v1/token-imports', { text, headers });
    expect(await refusalOf(unknown)).toEqual({ status: 401, code: 'API_KEY_MISSING' });
    const reader = await service.keyFor(scene.account, ['read']);
    const mayNot = await service.call('POST /v1/token-imports', { key: reader, text, headers });
    expect(await refusalOf(mayNot)).toEqual({ status: 403, code: 'SCOPE_MISSING' });
    const may = await service.call('POST /v1/token-imports', { key, text, headers });
    expect(await refusalOf(may)).toEqual({ status: 400, code: 'JSON_INVALID' });
  });

  test('a key that may only read', async () => {
    const reader = await service.keyFor(scene.account, ['read']);
    expect(await refusalOf(await post({ content: csv(1) }, reader))).toEqual({ status: 403, code: 'SCOPE_MISSING' });
  });
});

test('two mebibytes are validated while others are served, in bounded memory', async () => {
  const keys = Array.from({ length: 5200 }, (_, at) => ({
    serial: `S${at}`,
    secret: Buffer.alloc(20, at),
    kind: 'totp' as const,
    digits: 6 as const,
  }));
  const content = writePskc(keys).slice(0, 2 * 1024 * 1024);
  const whole = content.slice(0, content.lastIndexOf('<KeyPackage>')).concat('</KeyContainer>');
  expect(whole.length).toBeGreaterThan(1.8 * 1024 * 1024);
  const before = process.memoryUsage().heapUsed;
  const judged = send({ content: whole, dryRun: true });
  let [turns, done] = [0, false];
  void judged.finally(() => {
    done = true;
  });
  while (!done) {
    turns += 1;
    await nextTurn();
  }
  const { rows } = await judged;
  expect(rows.length).toBeGreaterThan(4000);
  // Some sixty pieces are read and four thousand rows opened and validated, with pauses between all of them.
  expect(turns).toBeGreaterThan(150);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(300 * 1024 * 1024);
});
