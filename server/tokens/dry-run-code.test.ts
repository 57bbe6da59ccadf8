import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { administratorDocument } from '../administrators/documents.ts';
import { DependencyFailed } from '../kernel/dependency.ts';
import { addAdministrator, codeOf, selfServiceContext } from '../testing/administrators.ts';
import { operatorContext, resyncToken, updateToken } from '../testing/as-operator.ts';
import { giveSent } from '../testing/devices/sent-device.ts';
import { createFixture, type FixtureToken, read, signInByApi, type TokenSpec, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { CHECKS_TTL_MS, WRONG_CHECKS_PER_HOUR, WRONG_CHECKS_PER_WEEK } from './code-checks.ts';
import { codeChecksDocument, tokenDocument } from './documents.ts';
import { CHECKS_PER_HOUR, dryRunCode } from './dry-run-code.ts';
import { hotp } from './kinds/oath/code.ts';

const HOUR_MS = 3_600_000;
let ports: TestPorts;
let replica: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('dry-run-code');
  replica = ports.replica();
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

async function someone(spec: TokenSpec = {}) {
  const scene = await createFixture(ports, { tokens: [spec] });
  const [token] = scene.tokens;
  if (!token) throw new Error('a scene with a token');
  const check = (otp: string, over = ports) => dryRunCode(over, operatorContext(scene.account), token.id, otp);
  return { scene, token, check };
}

/** A code of a counter far from the token's. */
const wrongOf = ({ secret }: FixtureToken, digits: 6 | 8 = 6) =>
  hotp({ secret, counter: 7, digits, algorithm: 'SHA1' });

async function lastEvent() {
  const { store } = ports;
  const streams = await Promise.all(
    Array.from({ length: store.partitions }, (_, partition) => store.readEvents(partition, 0, 100_000)),
  );
  return streams.flat().at(-1)?.event;
}

// SR-63
test('SR-63: after a clock was set back, checks wait for the rest of the hour, and no longer', async () => {
  const { token, check } = await someone();
  ports.clock.advance(24 * HOUR_MS);
  for (let at = 0; at < WRONG_CHECKS_PER_HOUR; at++) await check(wrongOf(token));
  ports.clock.advance(-24 * HOUR_MS);
  expect(await check(wrongOf(token))).toEqual({ refused: 'TOO_MANY_ATTEMPTS', retryAfterMs: HOUR_MS });
  ports.clock.advance(HOUR_MS / 2);
  expect(await check(wrongOf(token))).toEqual({ refused: 'TOO_MANY_ATTEMPTS', retryAfterMs: HOUR_MS / 2 });
  ports.clock.advance(HOUR_MS / 2);
  expect(await check(wrongOf(token))).toHaveProperty('check');
});

describe('guessing with checks', () => {
  // SR-2. The attack: codes are tried with the check, which counts no failure of the token, until one is right.
  test('SR-2: five wrong codes within an hour block it, for the right one as well, over every process', async () => {
    const { token, check } = await someone();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, at) => check(wrongOf(token), at % 2 === 0 ? ports : replica)),
    );
    const verdicts = outcomes.map((outcome) => ('check' in outcome ? outcome.check.verdict : outcome.refused));
    expect(verdicts.filter((one) => one === 'wrong')).toHaveLength(WRONG_CHECKS_PER_HOUR);
    // A request that waited too long in the queue was not evaluated either.
    for (const one of verdicts) expect(['wrong', 'TOO_MANY_ATTEMPTS', 'OVERLOADED']).toContain(one);
    expect(await check(await token.code())).toMatchObject({ refused: 'TOO_MANY_ATTEMPTS' });
    ports.clock.advance(HOUR_MS);
    expect(await check(await token.code())).toMatchObject({ check: { verdict: 'right' } });
  });

  // SR-15. The attack: patience, and known right codes in between.
  test('SR-15: twenty within a week block it, however slowly, and no right code unblocks it', async () => {
    const { token, check } = await someone();
    let evaluated = 0;
    for (let at = 0; at < 60; at++) {
      if ('check' in (await check(wrongOf(token)))) evaluated += 1;
      await check(await token.code());
      ports.clock.advance(HOUR_MS / 2);
    }
    expect(evaluated).toBe(WRONG_CHECKS_PER_WEEK);
    expect(await check(await token.code())).toMatchObject({
      refused: 'TOO_MANY_ATTEMPTS',
      retryAfterMs: expect.any(Number),
    });
    ports.clock.advance(CHECKS_TTL_MS);
    expect(await check(await token.code())).toMatchObject({ check: { verdict: 'right' } });
  });

  // SR-14. The attack: the explicit acts that reset failures of sign-ins are used to buy guesses here.
  test('SR-14: neither unlocking, nor a sign-in, nor a resynchronisation unblocks it', async () => {
    const { scene, token, check } = await someone({ kind: 'hotp' });
    const code = (counter: number) => hotp({ secret: token.secret, counter, digits: 6, algorithm: 'SHA1' });
    for (let at = 0; at < WRONG_CHECKS_PER_HOUR; at++) await check(code(5_000));
    unwrap(await updateToken(ports, scene.account, token.id, { locked: true }));
    unwrap(await updateToken(ports, scene.account, token.id, { locked: false }));
    unwrap(await signInByApi(ports, scene, await token.code()));
    unwrap(await resyncToken(ports, scene.account, token.id, [code(20), code(21)]));
    expect(await check(await token.code())).toMatchObject({ refused: 'TOO_MANY_ATTEMPTS' });
  });

  // SR-16. The attack: the count cannot be written, so that guesses are free.
  test('SR-16: is refused if it cannot be counted', async () => {
    const { token, check } = await someone();
    ports.store.intercept.commit = () => Promise.reject(new Error('the store is gone'));
    await expect(check(wrongOf(token))).rejects.toThrow('gone');
    await expect(check(await token.code())).rejects.toThrow('gone');
  });

  // SR-3
  test('SR-3: is an outage, and no result, if the seed does not open', async () => {
    const { token, check } = await someone();
    const otp = await token.code();
    const { open } = ports.secrets;
    ports.secrets.open = () => {
      throw new Error('another master key');
    };
    await expect(check(otp)).rejects.toThrow(DependencyFailed);
    ports.secrets.open = open;
  });

  // The attack: one code on each of very many tokens, so that no token's count is reached.
  test('of many tokens is limited per caller', async () => {
    const { scene, token } = await someone();
    const by = {
      actor: { kind: 'api-key', account: scene.account, id: 'key_00000000001', scopes: ['write'] },
    } as const;
    const otp = await token.code();
    for (let at = 0; at < CHECKS_PER_HOUR; at++) unwrap(await dryRunCode(ports, by, token.id, otp));
    expect(await dryRunCode(ports, by, token.id, otp)).toMatchObject({ refused: 'RATE_LIMITED' });
    expect(await dryRunCode(ports, operatorContext(scene.account), token.id, otp)).toHaveProperty('check');
  });

  // The attack: the PIN is guessed with the device in hand: ten thousand guesses, and each right code would confirm
  // one.
  test('a right code after a wrong PIN is a wrong code, and counted as one', async () => {
    const { token, check } = await someone({ pin: { digits: '4711', position: 'before' } });
    const otp = await token.code();
    expect(await check(`4712${otp.slice(-6)}`)).toEqual({ check: { verdict: 'wrong' } });
    expect(await check(`4711${otp.slice(-6)}`)).toMatchObject({ check: { verdict: 'right' } });
    expect((await read(ports, codeChecksDocument.key(token.id))).wrongAt).toHaveLength(1);
  });
});

describe('a check', () => {
  // SR-8. The attack: checks advance a token, reset failures or use a code up without its owner.
  test('SR-8: writes its own count and one event, and changes no byte of the token', async () => {
    const { scene, token, check } = await someone();
    await signInByApi(ports, scene, wrongOf(token));
    const key = tokenDocument.key(token.id);
    const [before] = await ports.store.getMany([key], ports.clock.now());
    const commits = ports.store.commits.length;
    const otp = await token.code();
    for (const one of [otp, wrongOf(token), otp]) unwrap(await check(one));
    const [after] = await ports.store.getMany([key], ports.clock.now());
    expect(after).toEqual(before);
    for (const { change } of ports.store.commits.slice(commits)) {
      expect(change.put?.map(({ key: { name } }) => name)).toEqual(['code-checks']);
      expect(change.append).toHaveLength(1);
      expect(change.delete ?? []).toEqual([]);
      expect(change.index ?? []).toEqual([]);
    }
    expect(ports.store.commits.length - commits).toBe(3);
    // The code is still valid, once.
    expect(await signInByApi(ports, scene, otp)).toMatchObject({ otp: 'verified' });
    expect(await check(otp)).toEqual({ check: { verdict: 'used' } });
  });

  test('reports how far a button is ahead, and how far a clock is behind', async () => {
    const fob = await someone({ kind: 'hotp' });
    expect(await fob.check(await fob.token.code(4))).toEqual({ check: { verdict: 'right', offset: 4 } });
    const app = await someone();
    const otp = await app.token.code();
    ports.clock.advance(5 * 30_000);
    expect(await app.check(otp)).toEqual({ check: { verdict: 'late', offset: -5 } });
  });

  // SR-34, SR-35
  test('SR-34: has one event with the caller and the verdict, without the code', async () => {
    const { token, check } = await someone();
    const otp = await token.code();
    await check(otp);
    const right = await lastEvent();
    expect(right).toMatchObject({
      type: 'token.checked',
      subject: token.id,
      outcome: 'granted',
      actor: { kind: 'operator' },
    });
    await check(wrongOf(token));
    const wrong = await lastEvent();
    expect(wrong).toMatchObject({ type: 'token.checked', outcome: 'refused', reason: 'OTP_WRONG' });
    expect(JSON.stringify([right, wrong])).not.toContain(otp);
  });

  // SR-4
  test.each([
    ['locked', 'TOKEN_LOCKED'],
    ['expired', 'ACCESS_DENIED'],
    ['out-of-step', 'TOKEN_OUT_OF_STEP'],
    ['secret-lost', 'ACCESS_DENIED'],
  ] as const)('SR-4: evaluates no code of a token that is %s, and counts none', async (state, refused) => {
    const { token, check } = await someone({ kind: 'hotp', state });
    expect(await check(await token.code())).toEqual({ refused });
    expect(await check('000000')).toEqual({ refused });
    const [counted] = await ports.store.getMany([codeChecksDocument.key(token.id)], ports.clock.now());
    expect(counted).toBeUndefined();
  });

  test('of a deactivated token reports whether the device is right, before it is given out', async () => {
    const { token, check } = await someone({ state: 'deactivated' });
    expect(await check(await token.code())).toMatchObject({ check: { verdict: 'right' } });
  });

  test('is for codes that a device shows by itself: checking a sent code would use it up', async () => {
    const { scene } = await someone();
    const sent = await giveSent(scene, 'email', 'alice@shop.example');
    expect(await dryRunCode(ports, operatorContext(scene.account), sent.id, '123456')).toEqual({
      refused: 'TOKEN_KIND_UNFIT',
    });
  });
});

describe('authorisation', () => {
  // SR-27. The attack: an administrator without rights on a resource learns whether a code is right there.
  test('SR-27: a check needs the right to change the token', async () => {
    const { scene, token } = await someone();
    const { account, resource } = scene;
    const by = (resources: string[], role: 'administrator' | 'superuser' = 'administrator') =>
      ({ actor: { kind: 'administrator', account, id: 'adm_00000000001', role, resources } }) as Parameters<
        typeof dryRunCode
      >[1];
    const otp = await token.code();
    const elsewhere = await createFixture(ports);
    const before = ports.store.commits.length;
    expect(await dryRunCode(ports, by([]), token.id, otp)).toEqual({ refused: 'FORBIDDEN' });
    expect(await dryRunCode(ports, operatorContext(elsewhere.account), token.id, otp)).toEqual({
      refused: 'TOKEN_NOT_FOUND',
    });
    const themselves = { actor: { kind: 'user', account, id: scene.user.id } } as const;
    expect(await dryRunCode(ports, themselves, token.id, otp)).toEqual({ refused: 'FORBIDDEN' });
    expect(ports.store.commits.length).toBe(before);
    expect(await dryRunCode(ports, by([resource.id]), token.id, otp)).toHaveProperty('check');
    expect(await dryRunCode(ports, by([], 'superuser'), token.id, otp)).toHaveProperty('check');
  });

  // The attack: an open session is used to check the factor that the finder lacks.
  test('no actor checks an administrator’s own token: neither they, nor the superuser, nor a key', async () => {
    const { account } = await createFixture(ports);
    const ada = await addAdministrator(ports, account, { email: 'ada@acme.example', superuser: true });
    const { token } = await read(ports, administratorDocument.key(account, ada.id));
    if (!token) throw new Error('no token');
    ports.clock.advance(30_000);
    const otp = codeOf(ports, ada.secret);
    const key = { kind: 'api-key', account, id: 'key_00000000001', scopes: ['write'] } as const;
    for (const act of [selfServiceContext(ada), operatorContext(account), { actor: key }]) {
      expect(await dryRunCode(ports, act, token, otp)).toEqual({ refused: 'FORBIDDEN' });
    }
  });
});
