import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { updateToken } from '../../testing/as-operator.ts';
import { type Dialect, numberOf, openDialect } from '../../testing/dialect.ts';
import { type DialectCase, tryCases } from '../../testing/dialect-cases.ts';
import {
  APP,
  addKnown,
  answerTo,
  asking,
  at,
  HEX,
  hardware,
  SECRET,
  SEED,
  STEP_MS,
  software,
  totp,
  U,
  UNIFY,
  unify,
} from '../../testing/dialect-devices.ts';
import { read, unwrap } from '../../testing/fixtures.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { base32Decode } from '../../tokens/kinds/oath/base32.ts';
import { hotp } from '../../tokens/kinds/oath/code.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('dialect rows of new tokens');
});
afterAll(() => dialect.service.ports.close());

const CASES: DialectCase[] = [
  {
    row: software,
    when: 'no type is given',
    send: (own) => ({ ...APP(own), type: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: software,
    when: 'the type is unknown',
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
    when: 'the secret is malformed',
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
    when: 'the code is wrong',
    send: (own) => ({ ...APP(own), otp: String((Number(totp(own)) + 1) % 1_000_000).padStart(6, '0') }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: software,
    when: 'the PIN has no position',
    send: (own) => ({ ...APP(own), pin: '4711' }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: software,
    when: 'only the position of the PIN is sent',
    send: (own) => ({ ...APP(own), pin: 'null', pinOtpFormat: 'PIN_AFTER_OTP' }),
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
    when: 'the serial number is too long',
    send: (own) => ({ ...APP(own), serial: '7'.repeat(65) }),
    failure: 'INVALID_PARAMETER_LENGTH',
  },
  {
    row: software,
    when: 'the PIN has other characters than digits',
    send: (own) => ({ ...APP(own), pin: '47a1', pinOtpFormat: 'PIN_AFTER_OTP' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: software,
    when: 'the user name is unknown',
    send: (own) => ({ ...APP(own), userLogin: 'nobody' }),
    failure: 'UNREGISTERED_NAME',
  },
  {
    row: software,
    when: 'the app’s OTP type is missing',
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
    when: 'the number is malformed',
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
    when: 'the serial number is unknown',
    send: (own) => ({ type: 'PROTECTIMUS', serial: '1', otp: totp(own), existed: true }),
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: hardware,
    when: 'the known device shows another code',
    send: async (own) => {
      await addKnown(own);
      return { type: 'PROTECTIMUS', serial: '797150452', otp: '000000', existed: true };
    },
    failure: 'INVALID_PARAMETER',
  },
  {
    row: hardware,
    when: 'the known device has an owner',
    send: async (own) => {
      const id = await addKnown(own);
      unwrap(await updateToken(own.service.ports, own.scene.account, id, { owner: own.scene.user.id }));
      return { type: 'PROTECTIMUS', serial: '797150452', otp: totp(own), existed: true };
    },
    failure: 'MISSING_DB_ENTITY',
  },
  {
    row: hardware,
    when: 'no device with that secret shows the code',
    send: () => ({ type: 'PROTECTIMUS_SLIM', serial: '1', secret: HEX, otp: '000000', existed: false }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: unify,
    when: 'no type is given',
    send: (own) => ({ ...UNIFY(own), unifyType: undefined }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: unify,
    when: 'the algorithm is unknown',
    send: (own) => ({ ...UNIFY(own), unifyKeyAlgo: 'MD5' }),
    failure: 'INVALID_PARAMETER',
  },
  {
    row: unify,
    when: 'the secret has another format',
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
    when: 'a challenge-response device got no question',
    send: (own) => ({ ...UNIFY(own), unifyType: 'OATH_OCRA' }),
    failure: 'MISSING_PARAMETER',
  },
  {
    row: unify,
    when: 'a device gives a wrong response',
    send: (own) => ({ ...UNIFY(own), unifyType: 'OATH_OCRA', challenge: '12345678', otp: '000000' }),
    failure: 'INVALID_PARAMETER',
  },
];

tryCases(() => dialect, CASES);

describe.each(['json', 'xml'] as const)('in %s', (format) => {
  const ask = asking(format);
  const createAndRead = async (own: Dialect, row: string, sent: object) => {
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
  ])('creates %s', async (_, row, sentBy, expected) => {
    const own = await dialect.another();
    const { token } = await createAndRead(own, row, sentBy(own));
    expect(token).toMatchObject({ ...expected, creatorUsername: own.superuser.email });
  });

  test('SR-1: the code that proves a new token cannot be replayed', async () => {
    const own = await dialect.another();
    const { id } = await ask(own, software, { ...APP(own), ...U(own) });
    const on = { resourceId: numberOf(own.scene.resource.id) };
    await ask(own, 'POST resource-service/assign/token-with-user', { ...on, tokenId: id });
    const row = 'POST auth-service/authenticate/user-token';
    expect(String((await ask(own, row, { ...on, ...U(own), otp: totp(own) })).result)).toBe('false');
    own.service.ports.clock.advance(STEP_MS);
    expect(String((await ask(own, row, { ...on, ...U(own), otp: totp(own) })).result)).toBe('true');
  });

  test('assigns a device known by its number to a user by its code', async () => {
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
    const token = await read(own.service.ports, tokenDocument.key(id));
    expect(token).toMatchObject({ owner: own.scene.user.id, name: 'key fob', nextCounter: at(own) + 1 });
  });

  test('SR-2: guesses at a known device are counted, and lock it', async () => {
    const own = await dialect.another();
    const id = await addKnown(own);
    for (let guess = 0; guess < 6; guess++) {
      await own.ask(hardware, { type: 'PROTECTIMUS', serial: '797150452', otp: '000000', existed: true }, { format });
    }
    expect(await read(own.service.ports, tokenDocument.key(id))).toMatchObject({ lock: { reason: 'otp-failures' } });
    const right = { type: 'PROTECTIMUS', serial: '797150452', otp: totp(own), existed: true };
    expect((await own.ask(hardware, right)).holder.error?.code).toBe(7001);
  });
});
