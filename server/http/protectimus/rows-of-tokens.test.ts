import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TokenId } from '../../domain/ids.ts';
import { ocraAnswer } from '../../domain/ocra/answer.ts';
import { enrolSuite } from '../../domain/ocra/enrolment.ts';
import { parseSuite } from '../../domain/ocra/suite.ts';
import { base32Decode, base32Encode } from '../../domain/otp/base32.ts';
import { hotp } from '../../domain/otp/code.ts';
import { documents } from '../../ports/documents.ts';
import { assign, operatorOf, updateToken } from '../../testing/acting.ts';
import { type Dialect, numberOf, openDialect } from '../../testing/dialect.ts';
import { type DialectCase, tryCases } from '../../testing/dialect-cases.ts';
import { addToken, birth, must, overwrite, read, wrongCode } from '../../testing/scene.ts';
import { createOcraToken, createRecoveryCodes, createToken } from '../../usecases/tokens/create-token.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('dialect rows of tokens');
});
afterAll(() => dialect.service.ports.close());

const SEED = new Uint8Array(20).fill(7);
const SECRET = base32Encode(SEED);
const HEX = Buffer.from(SEED).toString('hex');
const STEP_MS = 30_000;
const at = (own: Dialect, stepMs = STEP_MS) => Math.floor(own.service.ports.clock.now() / stepMs);
const totp = (own: Dialect, digits: 6 | 8 = 6) => hotp({ secret: SEED, counter: at(own), digits, algorithm: 'SHA1' });
const U = ({ scene }: Dialect) => ({ userId: undefined, userLogin: scene.user.login });

const phone = ({ scene }: Dialect) => scene.tokens[0]?.id ?? ('' as TokenId);
const one = (own: Dialect, rest = '') => ({ path: `token-service/tokens/${numberOf(phone(own))}${rest}` });
const PAIR = { tokens: [{}] };
const shown = (own: Dialect) => ({
  id: numberOf(phone(own)),
  name: 'phone',
  type: 'GOOGLE_AUTHENTICATOR',
  serialNumber: '',
  enabled: true,
  apiSupport: true,
  userId: numberOf(own.scene.user.id),
  username: own.scene.user.login,
  creatorId: 0,
  creatorUsername: 'operator',
});
/** The superuser signs in with a token that is in every list. */
const theirs = async (own: Dialect) => {
  const { token } = await read(own.service.ports, documents.administrator(own.scene.account, own.superuser.id));
  return numberOf(token ?? '');
};

const SUITE = 'OCRA-1:HOTP-SHA1-6:QN08';
async function addDevice({ service: { ports }, scene }: Dialect) {
  const enrolled = enrolSuite(SUITE);
  if (enrolled.kind !== 'suite') throw new Error(enrolled.reason);
  const { suite } = enrolled;
  const input = { kind: 'ocra', name: 'fob', suite, counter: 0, secret: SEED, owner: scene.user.id } as const;
  const { token } = must(await createOcraToken(ports, operatorOf(scene.account), birth(ports, 'tok'), input));
  const pair = { account: scene.account, resource: scene.resource.id, user: scene.user.id, token: token.id };
  must(await assign(ports, pair));
  return token.id;
}
const answerTo = (question: string) => {
  const suite = parseSuite(SUITE);
  return suite ? ocraAnswer(suite, SEED, { question }) : '';
};
/** A device as its vendor's file said: known, and nobody's. */
async function addKnown({ service: { ports }, scene }: Dialect, serial = '797150452') {
  const input = { kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: STEP_MS, counter: 0 } as const;
  const act = operatorOf(scene.account);
  const made = await createToken(ports, act, birth(ports, 'tok'), { ...input, name: serial, serial, secret: SEED });
  return must(made).token.id;
}

const DATA = 'amount=1250.00 EUR|to=Alice & Söhne';
const signed = (own: Dialect, transactionData = DATA, key = own.key) => ({
  transactionData,
  hash: createHmac('sha256', key).update(transactionData).digest('hex'),
});

const APP = (own: Dialect) => ({
  userId: undefined,
  userLogin: undefined,
  type: 'GOOGLE_AUTHENTICATOR',
  serial: undefined,
  name: 'app',
  secret: SECRET,
  otp: totp(own),
  otpLength: undefined,
  keyType: undefined,
  pin: undefined,
  pinOtpFormat: undefined,
});
const software = 'POST token-service/tokens/software';
const hardware = 'POST token-service/tokens/hardware';
const unify = 'POST token-service/tokens/unify';
const UNIFY = (own: Dialect) => ({
  ...U(own),
  unifyType: 'OATH_TOTP',
  unifyKeyAlgo: 'SHA1',
  unifyKeyFormat: 'HEX',
  serial: 'unify',
  name: 'unify',
  secret: HEX,
  otp: totp(own),
});

const CASES: DialectCase[] = [
  {
    row: 'GET token-service/tokens/#',
    when: 'it is there',
    scene: PAIR,
    send: (own) => one(own),
    response: (own: Dialect) => ({ token: shown(own) }),
  },
  {
    row: 'GET token-service/tokens/#',
    when: 'there is none of that number',
    send: () => ({ path: 'token-service/tokens/4711' }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'GET token-service/tokens/#',
    when: 'the dialect has no word for it',
    send: async ({ service: { ports }, scene }) => {
      const input = { kind: 'recovery', name: 'codes', owner: scene.user.id } as const;
      const made = await createRecoveryCodes(ports, operatorOf(scene.account), birth(ports, 'tok'), input);
      return { path: `token-service/tokens/${numberOf(must(made).token.id)}` };
    },
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'GET token-service/tokens',
    when: 'they are of one person',
    scene: PAIR,
    send: (own) => ({ start: 0, limit: 10, username: own.scene.user.login, useBlankNames: false }),
    response: (own: Dialect) => ({ tokens: [shown(own)] }),
  },
  {
    row: 'GET token-service/tokens',
    when: 'everything fits',
    scene: PAIR,
    send: (own) => ({
      tokenName: 'pho',
      tokenType: 'GOOGLE_AUTHENTICATOR',
      enabled: true,
      block: 'NONE_BLOCKED',
      clientName: 'Acme',
      resourceIds: `1, ${numberOf(own.scene.resource.id)}`,
    }),
    response: (own: Dialect) => ({ tokens: [shown(own)] }),
  },
  ...(
    [
      ['the name does not fit', { tokenName: 'fob' }],
      ['the type does not fit', { tokenType: 'SMS' }],
      ['it is enabled', { enabled: false }],
      ['it is not locked', { block: 'TOO_MANY_OTP_FAILED_ATTEMPTS_BLOCKED' }],
      ['nobody goes by that name', { username: 'nobody' }],
      ['no administrator goes by that name', { clientStaffUsername: 'nobody@acme.example' }],
      ['it is on no such resource', { resourceIds: '4711' }],
      ['the client is another', { clientName: 'Other' }],
      ['every token has a client', { useBlankClientName: true }],
      ['every token has an owner', { useBlankNames: true }],
      ['none has such a serial number', { serialNumber: '99' }],
    ] as const
  ).map(
    ([when, sent]): DialectCase => ({
      row: 'GET token-service/tokens',
      when,
      scene: PAIR,
      send: () => ({ ...sent }),
      response: { tokens: [] },
    }),
  ),
  {
    row: 'GET token-service/tokens',
    when: 'there is no such type',
    send: () => ({ tokenType: 'PASSKEY' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'GET token-service/tokens/quantity',
    when: 'there is one, and the superuser’s',
    scene: PAIR,
    send: () => ({}),
    response: { quantity: 2 },
  },
  {
    row: 'PUT token-service/tokens/#',
    when: 'it gets another name and is deactivated',
    scene: PAIR,
    send: (own) => ({ ...one(own), name: 'old phone', enabled: false, apiSupport: undefined }),
    response: (own: Dialect) => ({ token: { ...shown(own), name: 'old phone', enabled: false } }),
  },
  {
    row: 'PUT token-service/tokens/#',
    when: 'a library writes what is absent as NULL',
    scene: PAIR,
    send: (own) => ({ ...one(own), name: 'mine', enabled: 'NULL', apiSupport: 'NULL' }),
    response: (own: Dialect) => ({ token: { ...shown(own), name: 'mine' } }),
  },
  {
    row: 'PUT token-service/tokens/#',
    when: 'it is neither true nor false',
    scene: PAIR,
    send: (own) => ({ ...one(own), enabled: 'maybe' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'PUT token-service/tokens/#',
    when: 'an administrator gets in with it',
    send: async (own) => ({ path: `token-service/tokens/${await theirs(own)}`, name: 'mine' }),
    failure: 'ACCESS_RESTRICTION',
  },
  {
    row: 'DELETE token-service/tokens/#',
    when: 'it is there: it is answered as it was',
    scene: PAIR,
    send: (own) => one(own),
    response: (own: Dialect) => ({ token: shown(own) }),
  },
  {
    row: 'DELETE token-service/tokens/#',
    when: 'an administrator gets in with it',
    send: async (own) => ({ path: `token-service/tokens/${await theirs(own)}` }),
    failure: 'ACCESS_RESTRICTION',
  },
  {
    row: 'POST token-service/tokens/#/unassign',
    when: 'it is somebody’s',
    scene: PAIR,
    send: (own) => one(own, '/unassign'),
    response: (own: Dialect) => {
      const { userId: _id, username: _name, ...rest } = shown(own);
      return { token: rest };
    },
  },
  {
    row: 'POST token-service/tokens/#/unassign',
    when: 'there is none of that number',
    send: () => ({ path: 'token-service/tokens/4711/unassign' }),
    failure: 'MISSING_DB_ENTITY',
  },

  {
    row: software,
    when: 'no type is named',
    send: (own) => ({ ...APP(own), type: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: software,
    when: 'there is no such type',
    send: (own) => ({ ...APP(own), type: 'FAX' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: software,
    when: 'no secret is sent',
    send: (own) => ({ ...APP(own), secret: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: software,
    when: 'the secret is none',
    send: (own) => ({ ...APP(own), secret: '0189' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: software,
    when: 'no code is sent',
    send: (own) => ({ ...APP(own), otp: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: software,
    when: 'the code is not the app’s',
    send: (own) => ({ ...APP(own), otp: String((Number(totp(own)) + 1) % 1_000_000).padStart(6, '0') }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: software,
    when: 'the PIN has no place',
    send: (own) => ({ ...APP(own), pin: '4711' }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: software,
    when: 'the PIN has five digits',
    send: (own) => ({ ...APP(own), pin: '47110', pinOtpFormat: 'PIN_AFTER_OTP' }),
    failure: 'INVALID_PARAMETER_LENGTH',
  },
  {
    row: software,
    when: 'the PIN is no digits',
    send: (own) => ({ ...APP(own), pin: '47a1', pinOtpFormat: 'PIN_AFTER_OTP' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: software,
    when: 'nobody goes by that name',
    send: (own) => ({ ...APP(own), userLogin: 'nobody' }),
    failure: 'UNREGISTERED_NAME',
  },
  {
    row: software,
    when: 'it is not said how the app counts',
    send: (own) => ({ ...APP(own), type: 'PROTECTIMUS_SMART', otpLength: 6 }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: software,
    when: 'no address is sent',
    send: (own) => ({ ...APP(own), type: 'MAIL', secret: '123456', otp: '123456' }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: software,
    when: 'the number is none',
    send: (own) => ({ ...APP(own), type: 'SMS', serial: '12', secret: '123456', otp: '123456' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: hardware,
    when: 'no serial number is sent',
    send: (own) => ({ type: 'PROTECTIMUS', otp: totp(own), secret: HEX, existed: false }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: hardware,
    when: 'no device is known by that number',
    send: (own) => ({ type: 'PROTECTIMUS', serial: '1', otp: totp(own), existed: true }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: hardware,
    when: 'the device that is known shows another code',
    send: async (own) => {
      await addKnown(own);
      return { type: 'PROTECTIMUS', serial: '797150452', otp: '000000', existed: true };
    },
    failure: 'INVALID_PARAMETER',
  },
  {
    row: hardware,
    when: 'the device that is known is somebody’s',
    send: async (own) => {
      const id = await addKnown(own);
      must(await updateToken(own.service.ports, own.scene.account, id, { owner: own.scene.user.id }));
      return { type: 'PROTECTIMUS', serial: '797150452', otp: totp(own), existed: true };
    },
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: hardware,
    when: 'the code is of no device with that secret',
    send: () => ({ type: 'PROTECTIMUS_SLIM', serial: '1', secret: HEX, otp: '000000', existed: false }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: unify,
    when: 'no type is named',
    send: (own) => ({ ...UNIFY(own), unifyType: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: unify,
    when: 'the algorithm is none',
    send: (own) => ({ ...UNIFY(own), unifyKeyAlgo: 'MD5' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: unify,
    when: 'the secret is in another form',
    send: (own) => ({ ...UNIFY(own), unifyKeyFormat: 'BASE64' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: unify,
    when: 'no code is sent',
    send: (own) => ({ ...UNIFY(own), otp: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: unify,
    when: 'a device that answers was asked nothing',
    send: (own) => ({ ...UNIFY(own), unifyType: 'OATH_OCRA' }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: unify,
    when: 'a device gives another answer',
    send: (own) => ({ ...UNIFY(own), unifyType: 'OATH_OCRA', challenge: '12345678', otp: '000000' }),
    failure: 'INVALID_PARAMETER',
  },

  {
    row: 'POST token-service/tokens/sign-transaction',
    when: 'the hash is another key’s',
    send: async (own) => ({ tokenId: numberOf(await addDevice(own)), ...signed(own, DATA, 'another key') }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST token-service/tokens/sign-transaction',
    when: 'the hash is of something else',
    send: async (own) => ({
      tokenId: numberOf(await addDevice(own)),
      ...signed(own),
      transactionData: DATA.replace('1250', '9250'),
    }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST token-service/tokens/sign-transaction',
    when: 'a field is empty',
    send: async (own) => ({ tokenId: numberOf(await addDevice(own)), ...signed(own, 'amount=|to=me') }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST token-service/tokens/sign-transaction',
    when: 'the token cannot sign',
    scene: PAIR,
    send: (own) => ({ tokenId: numberOf(phone(own)), ...signed(own) }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: 'POST token-service/tokens/sign-transaction',
    when: 'there is no such token',
    send: (own) => ({ tokenId: 4711, ...signed(own) }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: 'POST token-service/tokens/verify-signed-transaction',
    when: 'nothing was asked',
    send: async (own) => ({ tokenId: numberOf(await addDevice(own)), ...signed(own), otp: '123456' }),
    response: { result: false },
  },
  {
    row: 'POST token-service/tokens/verify-signed-transaction',
    when: 'no answer is sent',
    send: async (own) => ({ tokenId: numberOf(await addDevice(own)), ...signed(own), otp: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: 'POST token-service/tokens/verify-signed-transaction',
    when: 'the hash is another key’s',
    send: async (own) => ({ tokenId: numberOf(await addDevice(own)), ...signed(own, DATA, 'x'), otp: '123456' }),
    failure: 'INVALID_PARAMETER',
  },
];

tryCases(() => dialect, CASES);

describe.each(['json', 'xml'] as const)('in %s', (format) => {
  const ask = async (own: Dialect, row: string, sent: object) => {
    const { holder } = await own.ask(row, sent as never, { format });
    if (holder.status !== 'OK') throw new Error(JSON.stringify(holder));
    return holder.response as Record<string, string | number | boolean>;
  };
  const made = async (own: Dialect, row: string, sent: object) => {
    const { id } = await ask(own, row, sent);
    return (await own.ask(`GET token-service/tokens/${id}`)).holder.response as { token: Record<string, unknown> };
  };

  test.each(['google-authenticator', 'protectimus-smart'])('GET token-service/secret-key/%s', async (app) => {
    const own = await dialect.another();
    const { key } = await ask(own, `GET token-service/secret-key/${app}`, {});
    expect(base32Decode(String(key))).toHaveLength(20);
    expect((await ask(own, `GET token-service/secret-key/${app}`, {})).key).not.toBe(key);
  });

  test.each<[string, string, (own: Dialect) => object, object]>([
    ['an app', software, (own) => ({ ...APP(own), ...U(own) }), { type: 'GOOGLE_AUTHENTICATOR', name: 'app' }],
    [
      'an app that counts, of eight digits',
      software,
      (own) => ({
        ...APP(own),
        type: 'PROTECTIMUS_SMART',
        keyType: 'HOTP',
        otpLength: 8,
        otp: hotp({ secret: SEED, counter: 0, digits: 8, algorithm: 'SHA1' }),
      }),
      { type: 'PROTECTIMUS_SMART' },
    ],
    [
      'a phone, with the seed and code that libraries send for every one',
      software,
      (own) => ({ ...APP(own), type: 'SMS', serial: '4915112345678', secret: '123456', otp: '123456' }),
      { type: 'SMS', serialNumber: '+4915112345678', name: 'app' },
    ],
    [
      'a mailbox, with neither',
      software,
      (own) => ({
        ...APP(own),
        type: 'MAIL',
        serial: 'alice@post.example',
        name: undefined,
        secret: undefined,
        otp: undefined,
      }),
      { type: 'MAIL', serialNumber: 'alice@post.example' },
    ],
    [
      'a device whose seed is hexadecimal',
      hardware,
      (own) => ({ type: 'PROTECTIMUS', serial: '12', secret: HEX, otp: totp(own), existed: false }),
      { type: 'PROTECTIMUS', serialNumber: '12', name: '12' },
    ],
    [
      'a device of a minute, whose seed is base32',
      hardware,
      (own) => ({
        type: 'PROTECTIMUS_SLIM',
        serial: '12',
        secret: SECRET,
        otp: hotp({ secret: SEED, counter: at(own, 60_000), digits: 6, algorithm: 'SHA1' }),
        existed: 'false',
      }),
      { type: 'PROTECTIMUS_SLIM' },
    ],
    [
      'a device that counts and was pressed before',
      hardware,
      () => ({
        type: 'SAFENET_ETOKEN_PASS',
        serial: '12',
        secret: HEX,
        otp: hotp({ secret: SEED, counter: 42, digits: 6, algorithm: 'SHA1' }),
      }),
      { type: 'SAFENET_ETOKEN_PASS' },
    ],
    [
      'a device that answers',
      hardware,
      () => ({ type: 'PROTECTIMUS_ULTRA', serial: '12', secret: HEX, otp: undefined, existed: false }),
      { type: 'PROTECTIMUS_ULTRA' },
    ],
    ['a token of OATH', unify, (own) => UNIFY(own), { type: 'UNIFY_OATH_TOKEN', username: 'alice' }],
    [
      'a token of OATH that counts',
      unify,
      (own) => ({
        ...UNIFY(own),
        unifyType: 'OATH_HOTP',
        unifyKeyAlgo: 'SHA512',
        counter: 8,
        otp: hotp({ secret: SEED, counter: 9, digits: 6, algorithm: 'SHA512' }),
      }),
      { type: 'UNIFY_OATH_TOKEN' },
    ],
    [
      'a token of OATH that answers',
      unify,
      (own) => ({ ...UNIFY(own), unifyType: 'OATH_OCRA', challenge: '12345678', otp: answerTo('12345678') }),
      { type: 'UNIFY_OATH_TOKEN' },
    ],
  ])('makes %s', async (_, row, sentBy, expected) => {
    const own = await dialect.another();
    const { token } = await made(own, row, sentBy(own));
    expect(token).toMatchObject({ ...expected, creatorUsername: own.superuser.email });
  });

  test('SR-1: the code that proves a new token is used up by it', async () => {
    const own = await dialect.another();
    const { id } = await ask(own, software, { ...APP(own), ...U(own) });
    const on = { resourceId: numberOf(own.scene.resource.id) };
    await ask(own, 'POST resource-service/assign/token-with-user', { ...on, tokenId: id });
    const row = 'POST auth-service/authenticate/user-token';
    expect(String((await ask(own, row, { ...on, ...U(own), otp: totp(own) })).result)).toBe('false');
    own.service.ports.clock.advance(STEP_MS);
    expect(String((await ask(own, row, { ...on, ...U(own), otp: totp(own) })).result)).toBe('true');
  });

  test('a device that is known by its number becomes somebody’s by its code', async () => {
    const own = await dialect.another();
    const id = await addKnown(own);
    const sent = {
      ...U(own),
      type: 'PROTECTIMUS',
      serial: '797150452',
      name: 'key fob',
      otp: totp(own),
      existed: true,
    };
    expect(String((await ask(own, hardware, sent)).id)).toBe(String(numberOf(id)));
    const token = await read(own.service.ports, documents.token(id));
    expect(token).toMatchObject({ owner: own.scene.user.id, name: 'key fob', nextCounter: at(own) + 1 });
  });

  test('SR-2: guesses at a device that is known are counted, and lock it', async () => {
    const own = await dialect.another();
    const id = await addKnown(own);
    for (let guess = 0; guess < 6; guess++) {
      await own.ask(hardware, { type: 'PROTECTIMUS', serial: '797150452', otp: '000000', existed: true }, { format });
    }
    expect(await read(own.service.ports, documents.token(id))).toMatchObject({ lock: { reason: 'otp-failures' } });
    const right = { type: 'PROTECTIMUS', serial: '797150452', otp: totp(own), existed: true };
    expect((await own.ask(hardware, right)).holder.error?.code).toBe(7001);
  });

  test('enabling it lifts a lock of wrong codes, and not an administrator’s', async () => {
    const own = await dialect.another(PAIR);
    const { ports } = own.service;
    const key = documents.token(phone(own));
    await overwrite(ports, key, { failures: 6, lock: { reason: 'otp-failures', at: 1 } });
    await ask(own, `PUT ${one(own).path}`, { name: 'renamed' });
    expect(await read(ports, key)).toHaveProperty('lock');
    await ask(own, `PUT ${one(own).path}`, { enabled: true });
    expect(await read(ports, key)).toMatchObject({ failures: 0 });
    expect(await read(ports, key)).not.toHaveProperty('lock');
    must(await updateToken(ports, own.scene.account, phone(own), { locked: true }));
    await ask(own, `PUT ${one(own).path}`, { enabled: true });
    expect(await read(ports, key)).toMatchObject({ lock: { reason: 'administrator' } });
  });

  test('without API support its codes let nobody in, and leave no factor out', async () => {
    const own = await dialect.another(PAIR);
    const { token } = (await ask(own, `PUT ${one(own).path}`, { apiSupport: false })) as unknown as {
      token: { apiSupport: unknown };
    };
    expect(String(token.apiSupport)).toBe('false');
    const sent = { resourceId: numberOf(own.scene.resource.id), ...U(own) };
    const code = (await own.scene.tokens[0]?.code()) ?? '';
    const byCode = await ask(own, 'POST auth-service/authenticate/user-token', { ...sent, otp: code });
    expect(String(byCode.result)).toBe('false');
    const row = 'POST auth-service/authenticate/user-password-token';
    const both = await own.ask(row, { ...sent, otp: code, pwd: 'correct horse battery' }, { format });
    expect(Number(both.holder.error?.code)).toBe(7001);
  });

  test('SR-45: an answer signs what was asked about, once, and nothing else', async () => {
    const own = await dialect.another();
    const tokenId = numberOf(await addDevice(own));
    const asked = await ask(own, 'POST token-service/tokens/sign-transaction', { tokenId, ...signed(own) });
    expect(asked).toMatchObject({ transactionData: DATA, tokenName: 'fob', tokenType: 'UNIFY_OATH_TOKEN' });
    expect(String(asked.id)).toBe(String(tokenId));
    const otp = answerTo(String(asked.challenge));
    const row = 'POST token-service/tokens/verify-signed-transaction';
    const other = signed(own, DATA.replace('1250', '9250'));
    expect(String((await ask(own, row, { tokenId, ...other, otp })).result)).toBe('false');
    expect(String((await ask(own, row, { tokenId, ...signed(own), otp: await wrongCode(own.scene) })).result)).toBe(
      'false',
    );
    expect(String((await ask(own, row, { tokenId, ...signed(own), otp })).result)).toBe('true');
    expect(String((await ask(own, row, { tokenId, ...signed(own), otp })).result)).toBe('false');
    const signIn = { resourceId: numberOf(own.scene.resource.id), ...U(own), otp };
    expect(String((await ask(own, 'POST auth-service/authenticate/user-token', signIn)).result)).toBe('false');
  });

  test('a message says what it is about, and its code signs that', async () => {
    const own = await dialect.another();
    const { id } = await ask(own, software, { ...APP(own), ...U(own), type: 'MAIL', serial: 'alice@post.example' });
    const on = { resourceId: numberOf(own.scene.resource.id), tokenId: id };
    await ask(own, 'POST resource-service/assign/token-with-user', on);
    const asked = await ask(own, 'POST token-service/tokens/sign-transaction', { tokenId: id, ...signed(own) });
    expect(asked.challenge).toBe('');
    const { code, confirms } = own.service.ports.codes.last('alice@post.example');
    expect(confirms).toEqual([
      { label: 'amount', value: '1250.00 EUR' },
      { label: 'to', value: 'Alice & Söhne' },
    ]);
    const row = 'POST token-service/tokens/verify-signed-transaction';
    expect(String((await ask(own, row, { tokenId: id, ...signed(own), otp: code })).result)).toBe('true');
  });

  test('lists are newest first, whatever narrows them, and leave out what has no word', async () => {
    const own = await dialect.another();
    const { ports } = own.service;
    const ids: number[] = [];
    for (let made = 0; made < 5; made++) {
      ports.clock.advance(1);
      ids.unshift(numberOf((await addToken(ports, own.scene.account, { owner: own.scene.user.id })).id));
    }
    must(
      await createRecoveryCodes(ports, operatorOf(own.scene.account), birth(ports, 'tok'), {
        kind: 'recovery',
        name: 'phone codes',
        owner: own.scene.user.id,
      }),
    );
    const listed = async (row: string, sent: object) => {
      const { tokens } = (await ask(own, row, sent)) as unknown as { tokens: { id: unknown }[] };
      return tokens.map(({ id }) => Number(id));
    };
    for (const sent of [
      { username: 'alice' },
      { tokenName: 'phone' },
      { tokenType: 'GOOGLE_AUTHENTICATOR', enabled: true },
    ]) {
      const parts = [0, 2, 4].map((start) => listed('GET token-service/tokens', { ...sent, start, limit: 2 }));
      const all = (await Promise.all(parts)).flat().filter((id) => ids.includes(id));
      expect(all).toEqual(ids);
    }
  });
});
