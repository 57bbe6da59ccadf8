import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAdministrator } from '../../testing/administrators.ts';
import { type Dialect, dialectKey, numberOf, openDialect } from '../../testing/dialect.ts';
import { type DialectCase, tryCases } from '../../testing/dialect-cases.ts';
import { APP, asking, at, hardware, software, U, UNIFY, unify } from '../../testing/dialect-devices.ts';
import { addResource, addToken } from '../../testing/fixtures.ts';
import { base32Encode } from '../../tokens/kinds/oath/base32.ts';
import { hotp } from '../../tokens/kinds/oath/code.ts';
import { ADDRESS_WINDOW_MS, DEFAULT_CODE_LIMITS } from '../../tokens/kinds/sent/code-limits.ts';
import { RESEND_AFTER_MS } from '../../tokens/kinds/sent/out-of-band-code.ts';

// What the vendor's libraries for Java, PHP and Python send and read, where it is unexpected.

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('published clients');
});
afterAll(() => dialect.service.ports.close());

const R = ({ scene }: Dialect) => ({ resourceId: numberOf(scene.resource.id), resourceName: undefined });
const BROWSER = JSON.stringify({ language: 'en-GB', timezone: 'Europe/London', screen: '1920x1080', colorDepth: 24 });
const HASHED = {
  rawPassword: 'a7d48dbb7165641112ad1da9c59a6140',
  rawSalt: '5f4dcc3b5aa765d61d8327deb882cf99',
  encodingType: 'MD5',
  encodingFormat: 'PASS{HEX_SALT}',
};
const passwordAt = (own: Dialect) => `user-service/users/${numberOf(own.scene.user.id)}/password`;
const PHONES = ['+49 (151) 1234-5678', '(4915) 112345678', '+49.151.12345678', '4915112345678'];
const resources = 'POST resource-service/resources';
const mailbox = { type: 'MAIL', serial: 'alice@post.example' };

/** 80 bits, a common length for apps in the past. */
const SHORT = new Uint8Array(10).fill(7);
const shortCode = (own: Dialect) => hotp({ secret: SHORT, counter: at(own), digits: 6, algorithm: 'SHA1' });

const CASES: DialectCase[] = [
  {
    row: 'POST user-service/users/#/password',
    when: 'the number is in the path, as in the library for Python',
    send: (own) => ({ path: passwordAt(own), ...HASHED }),
    response: { user: expect.objectContaining({ login: 'alice' }) },
  },
  {
    row: 'POST user-service/users/#/password',
    when: 'the number is unknown',
    send: () => ({ path: 'user-service/users/4711/password', ...HASHED }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'POST user-service/users/#/password',
    when: 'no password is sent',
    send: (own) => ({ path: passwordAt(own), ...HASHED, rawPassword: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: 'POST user-service/users/#/password',
    when: 'a parameter contradicts the path',
    send: (own) => ({ path: passwordAt(own), ...HASHED, login: 'bob' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST auth-service/authenticate/save-environment',
    when: 'the library for Java expects `result` to be true',
    send: (own) => ({ userId: 0, userLogin: own.scene.user.login, jsonEnvironment: BROWSER }),
    response: { result: true, quantity: 1 },
  },
  {
    row: 'POST auth-service/authenticate/check-environment',
    when: 'the library for Java reads `quantity`, and no browser is remembered',
    send: (own) => ({ ...R(own), ...U(own), jsonEnvironment: BROWSER }),
    response: { result: 0, quantity: 0 },
  },
  {
    row: 'POST auth-service/authenticate/check-environment',
    when: 'the library for Java reads `quantity`, and the browser is remembered',
    send: async (own) => {
      await own.ask('POST auth-service/authenticate/save-environment', { ...U(own), jsonEnvironment: BROWSER });
      return { ...R(own), ...U(own), jsonEnvironment: BROWSER };
    },
    response: { result: 100, quantity: 100 },
  },
  {
    row: 'POST auth-service/prepare',
    when: 'there is no challenge, which a client in C# declares as a number',
    scene: { tokens: [{}] },
    send: (own) => ({ ...R(own), tokenId: undefined, ...U(own) }),
    response: { tokenName: 'phone', tokenType: 'GOOGLE_AUTHENTICATOR' },
    onlyInXml: { challenge: '' },
  },
  {
    row: 'GET token-service/tokens',
    when: 'the library for Java lists tokens without an owner, with both parameters',
    scene: { tokens: [{}] },
    send: async ({ service: { ports }, scene }) => {
      await addToken(ports, scene.account, {});
      return { start: 0, limit: 10, useBlankNames: true, useBlankClientName: true };
    },
    response: { tokens: [expect.objectContaining({ name: 'phone' })] },
  },
  ...[
    { start: -5, limit: 1000 },
    { start: '0', limit: '99999999999999999999' },
    { start: '-99999999999999999999', limit: 201 },
  ].map(
    (sent): DialectCase => ({
      row: 'GET resource-service/resources',
      when: `start is ${sent.start} and limit ${sent.limit}`,
      send: () => sent,
      response: { resources: [expect.objectContaining({ name: 'Shop' })] },
    }),
  ),
  {
    row: 'GET resource-service/resources',
    when: 'start is beyond its maximum',
    send: () => ({ start: 2_000_000_000, limit: 0 }),
    response: { resources: [] },
  },
  ...['ten', '1.5', '0x10', ' 1'].map(
    (limit): DialectCase => ({
      row: 'GET resource-service/resources',
      when: `limit is "${limit}", no whole number`,
      send: () => ({ limit }),
      failure: 'INVALID_PARAMETER',
    }),
  ),
  {
    row: resources,
    when: 'one has that name, with other case and spaces',
    send: async ({ service: { ports }, scene }) => {
      await addResource(ports, scene.account, { name: 'Old Bank' });
      return { resourceName: 'old  BANK', failedAttemptsBeforeLock: 5 };
    },
    failure: 'ALREADY_EXIST',
  },
  {
    row: resources,
    when: 'two have that name',
    send: async ({ service: { ports }, scene }) => {
      await addResource(ports, scene.account, { name: 'Bank' });
      await addResource(ports, scene.account, { name: 'Bank' });
      return { resourceName: 'Bank', failedAttemptsBeforeLock: 5 };
    },
    failure: 'ALREADY_EXIST',
  },
  ...PHONES.map(
    (phoneNumber): DialectCase => ({
      row: 'PUT user-service/users/#',
      when: `the phone number is written ${phoneNumber}`,
      send: (own) => ({ path: `user-service/users/${numberOf(own.scene.user.id)}`, phoneNumber }),
      response: { user: expect.objectContaining({ phoneNumber: expect.stringMatching(/^\+?4915112345678$/) }) },
    }),
  ),
  ...['+49 (151) 1234-5678 ext. 9', '()()()', '+49151+12345678'].map(
    (phoneNumber): DialectCase => ({
      row: 'PUT user-service/users/#',
      when: `the phone number is ${phoneNumber}, which is none`,
      send: (own) => ({ path: `user-service/users/${numberOf(own.scene.user.id)}`, phoneNumber }),
      failure: 'INVALID_PARAMETER',
    }),
  ),
  ...PHONES.map(
    (serial): DialectCase => ({
      row: software,
      when: `the phone number is written ${serial}`,
      send: (own) => ({ ...APP(own), type: 'SMS', serial, secret: '123456', otp: '123456' }),
      response: { id: expect.anything() },
    }),
  ),
  ...(
    [
      ['of an app', software, (own: Dialect) => ({ ...APP(own), secret: base32Encode(SHORT) })],
      [
        'of a device',
        hardware,
        (own: Dialect) => ({ ...U(own), type: 'PROTECTIMUS', serial: '7', secret: Buffer.from(SHORT).toString('hex') }),
      ],
      ['of any device', unify, (own: Dialect) => ({ ...UNIFY(own), secret: Buffer.from(SHORT).toString('hex') })],
    ] as const
  ).map(
    ([whose, row, sent]): DialectCase => ({
      row,
      when: `the seed ${whose} has 80 bits`,
      send: (own) => ({ ...sent(own), otp: shortCode(own) }),
      response: { id: expect.anything() },
    }),
  ),
  {
    row: software,
    when: 'the seed has less than 80 bits',
    send: (own) => ({ ...APP(own), secret: base32Encode(SHORT.subarray(1)), otp: shortCode(own) }),
    failure: 'INVALID_PARAMETER',
  },
];

tryCases(() => dialect, CASES);

describe('a seed of 80 bits', () => {
  test('signs in with its codes, each once', async () => {
    const own = await dialect.another();
    const ask = asking('json');
    const { id } = await ask(own, software, {
      ...APP(own),
      ...U(own),
      secret: base32Encode(SHORT),
      otp: shortCode(own),
    });
    await ask(own, 'POST resource-service/assign/token-with-user', { ...R(own), tokenId: id });
    own.service.ports.clock.advance(30_000);
    const attempt = { ...R(own), ...U(own), otp: shortCode(own) };
    const row = 'POST auth-service/authenticate/user-token';
    expect(await ask(own, row, attempt)).toEqual({ result: true });
    expect(await ask(own, row, attempt)).toEqual({ result: false });
  });
});

describe('SR-48: prepare, called again', () => {
  const prepared = async (own: Dialect) => {
    const ask = asking('json');
    const { id } = await ask(own, software, { ...APP(own), ...U(own), ...mailbox });
    await ask(own, 'POST resource-service/assign/token-with-user', { ...R(own), tokenId: id });
    return () => own.ask('POST auth-service/prepare', { ...R(own), ...U(own) });
  };
  const answered = { status: 'OK', response: { tokenName: 'app', tokenType: 'MAIL' } };

  test('thirty times at once and then again sends one code, which is accepted', async () => {
    const own = await dialect.another();
    const { codes, clock } = own.service.ports;
    const prepare = await prepared(own);
    const before = codes.sent.length;
    const all = await Promise.all(Array.from({ length: 30 }, prepare));
    clock.advance(RESEND_AFTER_MS - 1);
    all.push(await prepare());
    expect(all.map(({ holder }) => holder)).toEqual(all.map(() => answered));
    expect(codes.sent.length - before).toBe(1);
    const otp = codes.last(mailbox.serial).code;
    const { holder } = await own.ask('POST auth-service/authenticate/user-token', { ...R(own), ...U(own), otp });
    expect(holder.response).toEqual({ result: true });
  });

  test('is refused at the limit of codes to one address', async () => {
    const own = await dialect.another();
    const { codes, clock } = own.service.ports;
    const prepare = await prepared(own);
    clock.advance(2 * ADDRESS_WINDOW_MS - (clock.now() % ADDRESS_WINDOW_MS));
    const before = codes.sent.length;
    for (let sent = 0; sent < DEFAULT_CODE_LIMITS.perAddress; sent++) {
      expect((await prepare()).holder).toEqual(answered);
      clock.advance(RESEND_AFTER_MS);
    }
    expect((await prepare()).holder).toMatchObject({ status: 'FAILURE', error: { code: 7001 } });
    expect(codes.sent.length - before).toBe(DEFAULT_CODE_LIMITS.perAddress);
  });

  test('is refused if the code was not sent', async () => {
    const own = await dialect.another();
    const { codes, clock } = own.service.ports;
    clock.advance(24 * 3_600_000);
    const prepare = await prepared(own);
    codes.down = true;
    expect((await prepare()).holder).toMatchObject({ error: { code: 8001 } });
    expect((await prepare()).holder).toMatchObject({ error: { code: 8001 } });
    codes.down = false;
    expect((await prepare()).holder).toEqual(answered);
  });
});

describe('a resource whose name is taken', () => {
  test('is created once by many requests at once', async () => {
    const own = await dialect.another();
    const all = await Promise.all(Array.from({ length: 10 }, () => own.ask(resources, { resourceName: 'Once' })));
    const codes = all.map(({ holder }) => holder.error?.code ?? holder.status);
    expect(codes.filter((code) => code === 'OK')).toHaveLength(1);
    expect(codes.filter((code) => code === 1001)).toHaveLength(9);
  });

  test('SR-27: an administrator without the right to create does not learn whether the name is taken', async () => {
    const own = await dialect.another();
    const email = `helper-${own.superuser.email}`;
    const helper = await addAdministrator(own.service.ports, own.scene.account, { email });
    const key = await dialectKey(own.service, own.scene.account, { administrator: helper.id });
    for (const resourceName of [own.scene.resource.name, 'Free']) {
      const { holder } = await own.ask(resources, { resourceName }, { login: email, key });
      expect(holder.error?.code).toBe(7001);
    }
  });
});
