import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../kernel/result.ts';

import { authenticate, operatorContext, resyncToken } from '../testing/as-operator.ts';
import { giveOcra, SUITE_PIN, wrongAnswer } from '../testing/devices/ocra-device.ts';
import { birth, createFixture, type Fixture, overwrite, PASSWORD, read, unwrap } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { suiteOf } from '../testing/ocra-samples.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { apiScope } from '../tokens/challenge.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { hashPin } from '../tokens/kinds/ocra/answer.ts';
import { createOcraChallenge, QUESTION_LIFETIME_MS } from '../tokens/kinds/ocra/create-ocra-challenge.ts';
import { createOcraToken } from '../tokens/kinds/ocra/create-ocra-token.ts';
import { requestResync } from '../tokens/request-resync.ts';
import { restoredToken } from '../tokens/restored-token.ts';
import type { OcraToken } from '../tokens/token.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('ocra');
});
afterAll(() => ports.close());

const SUITES = [
  'OCRA-1:HOTP-SHA1-6:QN08',
  'OCRA-1:HOTP-SHA256-8:QN08-T1M',
  'OCRA-1:HOTP-SHA1-8:C-QN08',
  'OCRA-1:HOTP-SHA512-10:C-QA10-PSHA1-T30S',
  'OCRA-1:HOTP-SHA256-8:QH64-PSHA256',
];

const ask = async ({ resource, user }: Fixture, token: OcraToken['id']) =>
  unwrap(await createOcraChallenge(ports, { token, scope: apiScope(resource.id, user), resource: resource.id }))
    .question;

const answer = ({ account, resource, user }: Fixture, otp: string) =>
  authenticate(ports, {
    account,
    resource: resource.id,
    user: user.login,
    method: 'password-otp',
    password: PASSWORD,
    otp,
  });

// SR-45
describe.each(SUITES)('SR-45: %s', (suite) => {
  test('an answer to no question, another question, or one that expired or was answered is refused', async () => {
    const scene = await createFixture(ports);
    const device = await giveOcra(scene, suite);
    const unasked = await device.answer(suite.includes('QA') ? 'ABCDEFGHJK' : '12345678');
    expect(await answer(scene, unasked)).toEqual({ refused: 'NOTHING_ASKED' });

    const first = await ask(scene, device.token);
    const second = await ask(scene, device.token);
    expect(await answer(scene, await device.answer(first))).toEqual({ refused: 'OTP_WRONG' });
    expect((await read(ports, tokenDocument.key(device.token))).failures).toBe(1);

    const right = await device.answer(second);
    expect(await answer(scene, right)).toMatchObject({ otp: 'verified', kind: 'ocra' });
    expect(await answer(scene, right)).toEqual({ refused: 'OTP_REPLAYED' });
    expect(await answer(scene, await device.answer(second))).toEqual({ refused: 'OTP_REPLAYED' });

    const late = await ask(scene, device.token);
    ports.clock.advance(QUESTION_LIFETIME_MS);
    expect(await answer(scene, await device.answer(late))).toEqual({ refused: 'NOTHING_ASKED' });
  });

  test('a question is shown in the widget after the password, and belongs to that sign-in alone', async () => {
    const scene = await createFixture(ports);
    const device = await giveOcra(scene, suite);
    const [mine, theirs] = [await LoginDriver.toOtp(scene), await LoginDriver.toOtp(scene)];
    const toTheirs = await device.answer(theirs.view.question ?? '');
    expect(await mine.otp(toTheirs)).toMatchObject({ step: 'otp', error: { code: 'OTP_WRONG' } });
    expect(await mine.otp(await device.answer(mine.view.question ?? ''))).toMatchObject({ step: 'done' });
  });
});

test('picked again, another question is shown, and the answer to the first is wrong', async () => {
  const scene = await createFixture(ports);
  const device = await giveOcra(scene);
  const walk = await LoginDriver.toOtp(scene);
  const first = walk.view.question ?? '';
  unwrap(await walk.choose(device.token));
  expect(walk.view.question).not.toBe(first);
  expect(await walk.otp(await device.answer(first))).toMatchObject({ error: { code: 'OTP_WRONG' } });
});

test('with an app as well, the app is the first option, and the device is another', async () => {
  const scene = await createFixture(ports, { tokens: [{}] });
  const device = await giveOcra(scene);
  const walk = await LoginDriver.toOtp(scene);
  expect(walk.view).not.toHaveProperty('question');
  unwrap(await walk.choose(device.token));
  const { question = '' } = walk.view;
  // A code of the app is not accepted where the device was picked.
  expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({ error: { code: 'OTP_WRONG' } });
  unwrap(await walk.choose('code'));
  expect(walk.view).not.toHaveProperty('question');
  // The question of this sign-in remains valid until it is answered: a user who has already typed it in loses nothing.
  expect(await walk.otp(await device.answer(question))).toMatchObject({ step: 'done' });
});

describe('the stored data', () => {
  // SR-21
  test('SR-21: contains neither the seed nor the hash of the PIN in the clear, and both are re-encrypted', async () => {
    const scene = await createFixture(ports);
    const { token, secret } = await giveOcra(scene, 'OCRA-1:HOTP-SHA1-6:QN08-PSHA1');
    const key = tokenDocument.key(token);
    const stored = (await read(ports, key)) as OcraToken;
    const text = JSON.stringify(stored);
    const pinHash = hashPin(suiteOf('OCRA-1:HOTP-SHA1-6:QN08-PSHA1'), SUITE_PIN);
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(text).not.toContain(Buffer.from(secret).toString(encoding));
      expect(text).not.toContain(Buffer.from(pinHash).toString(encoding));
    }
    expect(tokenDocument.secrets(stored, key).map(({ context }) => context.field)).toEqual(['secret', 'pin-hash']);
  });

  test('a suite with a PIN needs one, and a suite without a PIN allows none', async () => {
    const scene = await createFixture(ports);
    const make = (suite: string, suitePin?: string) =>
      createOcraToken(ports, operatorContext(scene.account), birth(ports, 'tok'), {
        kind: 'ocra',
        name: 'Reader',
        suite: suiteOf(suite),
        counter: 0,
        suitePin,
      });
    expect(await make('OCRA-1:HOTP-SHA1-6:QN08-PSHA1')).toMatchObject({ refused: 'INPUT_INVALID' });
    expect(await make('OCRA-1:HOTP-SHA1-6:QN08', '1234')).toMatchObject({ refused: 'INPUT_INVALID' });
  });

  // SR-62
  test('SR-62: restored from a backup, a counter-based device is out of step, and two answers resynchronise it', async () => {
    const scene = await createFixture(ports);
    const device = await giveOcra(scene, 'OCRA-1:HOTP-SHA1-8:C-QN08');
    const key = tokenDocument.key(device.token);
    const restored = restoredToken(await read(ports, key), ports.clock.now());
    expect(restored.needsResync).toBe(true);
    await overwrite(ports, key, { needsResync: true });
    const refused = await authenticate(ports, { ...asking(scene), otp: '12345678' });
    expect(refused).toEqual({ refused: 'TOKEN_OUT_OF_STEP' });

    const { questions } = unwrap(await requestResync(ports, operatorContext(scene.account), device.token));
    const answers = [await device.answer(questions[0], 40), await device.answer(questions[1], 41)] as const;
    const back = unwrap(await resync(scene, device.token, answers)).object;
    expect(back).toMatchObject({ nextCounter: 42 });
    expect(back).not.toHaveProperty('needsResync');
    const question = await ask(scene, device.token);
    expect(await answer(scene, await device.answer(question))).toMatchObject({ otp: 'verified' });
  });

  test('a device without a counter works after a restore: its earlier challenges are gone', async () => {
    const scene = await createFixture(ports);
    const { token } = await giveOcra(scene, 'OCRA-1:HOTP-SHA1-8:QN08');
    const stored = await read(ports, tokenDocument.key(token));
    expect(restoredToken(stored, ports.clock.now())).toEqual(stored);
  });
});

// SR-43
describe('SR-43: a resynchronisation', () => {
  const COUNTING = 'OCRA-1:HOTP-SHA1-8:C-QN08';

  test('without questions, with answers to others, or with used ones, finds nothing', async () => {
    const scene = await createFixture(ports);
    const device = await giveOcra(scene, COUNTING);
    expect(await resync(scene, device.token, ['12345678', '12345678'])).toEqual({ refused: 'NOTHING_ASKED' });
    const before = unwrap(await requestResync(ports, operatorContext(scene.account), device.token)).questions;
    const { questions } = unwrap(await requestResync(ports, operatorContext(scene.account), device.token));
    const to = async ([one, two]: readonly [string, string]) =>
      [await device.answer(one, 20), await device.answer(two, 21)] as const;
    expect(await resync(scene, device.token, await to(before))).toEqual({ refused: 'OTP_WRONG' });
    const right = await to(questions);
    expect(isRefusal(await resync(scene, device.token, right))).toBe(false);
    expect(await resync(scene, device.token, right)).toEqual({ refused: 'NOTHING_ASKED' });
  });

  test('that fails six times in a row locks the device, and later right answers are refused', async () => {
    const scene = await createFixture(ports);
    const device = await giveOcra(scene, COUNTING);
    const { questions } = unwrap(await requestResync(ports, operatorContext(scene.account), device.token));
    const right = [await device.answer(questions[0]), await device.answer(questions[1], 1)] as const;
    for (let guess = 0; guess < 5; guess++) {
      expect(await resync(scene, device.token, [right[0], wrongAnswer(right[1])])).toEqual({ refused: 'OTP_WRONG' });
    }
    expect(await resync(scene, device.token, [right[0], wrongAnswer(right[1])])).toEqual({ refused: 'TOKEN_LOCKED' });
    expect(await resync(scene, device.token, right)).toEqual({ refused: 'TOKEN_LOCKED' });
  });

  test('is refused for a device without a counter', async () => {
    const scene = await createFixture(ports);
    const { token } = await giveOcra(scene, 'OCRA-1:HOTP-SHA1-6:QN08');
    expect(await requestResync(ports, operatorContext(scene.account), token)).toEqual({ refused: 'TOKEN_KIND_UNFIT' });
    expect(await resync(scene, token, ['123456', '123456'])).toEqual({ refused: 'TOKEN_KIND_UNFIT' });
  });
});

function asking({ account, resource, user }: Fixture) {
  return { account, resource: resource.id, user: user.login, method: 'password-otp', password: PASSWORD } as const;
}

function resync({ account }: Fixture, token: OcraToken['id'], otps: readonly [string, string]) {
  return resyncToken(ports, account, token, otps);
}
