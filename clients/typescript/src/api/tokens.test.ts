import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { createFixture, type Fixture } from '../../../../server/testing/fixtures.ts';
import { openService, type Service } from '../../../../server/testing/http-service.ts';
import { figure } from '../../../../server/tokens/import/testing/read-whole.ts';
import { refusalOf } from '../../testing/refusal.ts';
import { type Answer, json, networkFailure, problem, scriptedFetch } from '../../testing/scripted-fetch.ts';
import { type Client, createClient } from './client.ts';
import type {
  CreatedOcraToken,
  CreatedRecoveryCodes,
  CreatedSentToken,
  CreatedToken,
  NewOathToken,
  NewOcraToken,
  NewRecoveryCodes,
  NewSentToken,
  TokenImport,
} from './token-objects.ts';

const SUITE = 'OCRA-1:HOTP-SHA256-8:QN08-T1M';
const pin = { digits: '1234', position: 'before' } as const;
const record = { serial: 'S1', owner: 'usr_0000000000', expiresAt: 1_900_000_000_000 };
const oath = {
  ...record,
  name: 'Fob',
  algorithm: 'SHA1' as const,
  digits: 6 as const,
  periodMs: 30_000,
  secret: '',
  counter: 0,
  pin,
};

describe('what the service takes', () => {
  let service: Service;
  let scene: Fixture;
  let client: Client;
  let schemas: Record<string, { properties: object }>;
  beforeAll(async () => {
    service = await openService('client-tokens');
    scene = await createFixture(service.ports, { user: { email: 'alice@shop.example' } });
    const apiKey = await service.keyFor(scene.account, ['read', 'write']);
    const here = (url: string, init: RequestInit) => Promise.resolve(service.app.request(url, init));
    client = createClient({ url: 'https://auth.example', apiKey, fetch: here, retries: 0 });
    const document = (await (await service.call('GET /v1/openapi.json')).json()) as {
      components: { schemas: typeof schemas };
    };
    schemas = document.components.schemas;
  });
  afterAll(() => service.ports.close());

  // Objects are strict there, so a member too many would be refused, and one too few could not be asked for.
  test.each<[string, object]>([
    ['OathTokenInput', { ...oath, kind: 'hotp' } satisfies Required<NewOathToken>],
    [
      'OcraTokenInput',
      {
        ...record,
        name: 'Reader',
        kind: 'ocra',
        suite: SUITE,
        secret: '',
        counter: 0,
        pin,
        suitePin: '314159',
      } satisfies Required<NewOcraToken>,
    ],
    ['SentTokenInput', { ...record, name: 'Phone', kind: 'sms', to: '', pin } satisfies Required<NewSentToken>],
    [
      'RecoveryTokenInput',
      { ...record, name: 'Paper', kind: 'recovery' } satisfies Required<NewRecoveryCodes & { kind: 'recovery' }>,
    ],
    [
      'TokenImportInput',
      {
        content: '',
        format: 'auto',
        password: '',
        preSharedKey: '',
        kind: 'ocra',
        seedEncoding: 'hex',
        dryRun: false,
        acceptPartial: false,
        from: 0,
        count: 1,
        encoding: 'text',
      } satisfies Required<TokenImport> & { encoding: string },
    ],
  ])('%s has these members and no others', (schema, every) => {
    expect(Object.keys(schemas[schema]?.properties ?? {}).sort()).toEqual(Object.keys(every).sort());
  });

  test('apps, devices that answer questions, phones, mailboxes and recovery codes, each with what is shown once', async () => {
    const owner = scene.user.id;
    const app = await client.tokens.create({ name: 'App', kind: 'totp', owner });
    expectTypeOf(app).toEqualTypeOf<CreatedToken>();
    expect(app.otpauthUri).toContain(app.secret);
    const reader = await client.tokens.create({ name: 'Reader', kind: 'ocra', suite: SUITE, owner });
    expectTypeOf(reader).toEqualTypeOf<CreatedOcraToken>();
    expect(reader).toEqual({ token: expect.objectContaining({ suite: SUITE }), secret: expect.any(String) });
    const phone = await client.tokens.create({ kind: 'sms', to: '+4915112345678', owner });
    expectTypeOf(phone).toEqualTypeOf<CreatedSentToken>();
    expect(phone.token).toMatchObject({ kind: 'sms', to: '+4915112345678' });
    const mailbox = await client.tokens.create({ kind: 'email', to: 'alice@shop.example', owner });
    expect(mailbox).toMatchObject({ token: { kind: 'email', to: 'alice@shop.example' } });
    const paper = await client.tokens.create({ name: 'Paper', kind: 'recovery', owner });
    expectTypeOf(paper).toEqualTypeOf<CreatedRecoveryCodes>();
    expect(paper.recoveryCodes).toHaveLength(10);
    expect((await client.tokens.createRecoveryCodes({ name: 'Paper', owner })).recoveryCodes).toHaveLength(10);
    const many = await client.tokens.createMany([
      { name: 'Reader', kind: 'ocra', suite: SUITE },
      { name: 'Fob', kind: 'hotp' },
      { name: 'Paper', kind: 'recovery', owner },
    ]);
    expect(many.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(many[2]?.recoveryCodes).toHaveLength(10);
  });

  test('files as text and as bytes, encrypted ones, and rows that are refused', async () => {
    const rows = `serial,seed,suite\nR1,${'92'.repeat(20)},${SUITE}\nR2,${'91'.repeat(20)},\n`;
    const refused = await refusalOf(client.tokens.import({ content: rows, kind: 'ocra' }));
    expect(refused).toMatchObject({ code: 'IMPORT_REFUSED', errors: [{ path: 'rows/1' }] });
    const checked = await client.tokens.import({ content: rows, kind: 'ocra', dryRun: true });
    expect(checked.rows.map(({ outcome, code }) => code ?? outcome)).toEqual(['importable', 'SUITE_MISSING']);
    const partly = await client.tokens.import({ content: rows, kind: 'ocra', acceptPartial: true });
    expect(partly.counts).toEqual({ made: 1, exists: 0, importable: 0, refused: 1 });
    expect(await client.tokens.get(partly.rows[0]?.id ?? '')).toMatchObject({ kind: 'ocra', suite: SUITE });

    const file = new Uint8Array(Buffer.from(figure(7)));
    expect((await refusalOf(client.tokens.import({ content: file }))).code).toBe('IMPORT_UNREADABLE');
    const opened = await client.tokens.import({ content: file, password: 'qwerty' });
    expect(opened).toMatchObject({ format: 'pskc', counts: { made: 1 } });
  });

  test('a file of two mebibytes of any bytes arrives as it is', async () => {
    const { fetch, requests } = scriptedFetch(json({ rows: [], counts: {} }));
    const other = createClient({ url: 'https://auth.example', apiKey: 'key_0123456789a.secret', fetch });
    const content = Uint8Array.from({ length: 2 * 1024 * 1024 }, (_, at) => (at * 7) % 256);
    await other.tokens.import({ content });
    const [request] = requests;
    expect(request?.body).toEqual({ content: Buffer.from(content).toString('base64'), encoding: 'base64' });
  });
});

describe('answers', () => {
  function clientWith(...answers: Answer[]) {
    const { fetch, requests } = scriptedFetch(...answers);
    return { client: createClient({ url: 'https://auth.example', apiKey: 'key_0123456789a.secret', fetch }), requests };
  }
  const created = (kind: string, more: object = {}) => json({ token: { id: 'tok_1', kind }, ...more }, 201);

  test.each([
    ['an app without its secret', { name: 'A', kind: 'totp' }, created('totp', { otpauthUri: 'otpauth://totp/a' })],
    ['a reader without its secret', { name: 'A', kind: 'ocra', suite: SUITE }, created('ocra')],
    [
      'codes that are none',
      { name: 'A', kind: 'recovery', owner: 'usr_1' },
      created('recovery', { recoveryCodes: [1] }),
    ],
    ['another kind than was asked for', { kind: 'sms', to: '+4915112345678' }, created('email')],
    ['no token', { kind: 'sms', to: '+4915112345678' }, json({}, 201)],
  ] as const)('%s: none', async (_, input, answer) => {
    const { client } = clientWith(answer);
    expect((await refusalOf(client.tokens.create(input))).code).toBe('RESPONSE_INVALID');
  });

  test('an import is repeated by itself, since nothing is made twice', async () => {
    const answer = {
      format: 'csv',
      counts: { made: 0, exists: 1, importable: 0, refused: 0 },
      warnings: [],
      rows: [{}],
    };
    const { client, requests } = clientWith(networkFailure(), problem(503, 'UNAVAILABLE'), json(answer));
    expect(await client.tokens.import({ content: 'x' })).toEqual(answer);
    expect(requests.map(({ body }) => body)).toEqual(new Array(3).fill({ content: 'x', encoding: 'text' }));
    const { client: other } = clientWith(json({ rows: [] }));
    expect((await refusalOf(other.tokens.import({ content: 'x' }))).code).toBe('RESPONSE_INVALID');
  });
});
