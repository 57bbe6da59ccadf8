import type { TokenState } from '@countersign/protocol/tokens';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DependencyFailed } from '../kernel/dependency.ts';
import { resourceDocument } from '../resources/documents.ts';
import { assign, authenticate, updateUser } from '../testing/as-operator.ts';
import { addToken, createFixture, type Fixture, overwrite, PASSWORD, unwrap, wrongCode } from '../testing/fixtures.ts';
import { touches } from '../testing/intercepted-store.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('authenticate');
});
afterAll(() => ports.close());

type Input = { password?: string; otp?: string; user?: string; address?: string };

function byMethod(scene: Fixture, method: 'password' | 'otp' | 'password-otp', input: Input = {}) {
  const { password = PASSWORD, otp = '000000', user = scene.user.login, address } = input;
  const common = { account: scene.account, resource: scene.resource.id, user, ...(address && { address }) };
  if (method === 'password') return authenticate(ports, { ...common, method, password });
  if (method === 'otp') return authenticate(ports, { ...common, method, otp });
  return authenticate(ports, { ...common, method, password, otp });
}

const firstCode = (scene: Fixture) => scene.tokens[0]?.code() ?? Promise.resolve('000000');

describe('the truth table, end to end', () => {
  const states: TokenState[] = ['active', 'deactivated', 'locked', 'expired'];
  const combinations: TokenState[][] = [
    [],
    ...states.map((state) => [state]),
    ...states.flatMap((first, at) => states.slice(at).map((second) => [first, second])),
    ['deactivated', 'locked', 'active'],
    ['deactivated', 'deactivated', 'expired'],
  ];

  test.each(combinations.map((tokens) => [tokens.join(' + ') || 'no token', tokens] as const))(
    '%s',
    async (_, tokens) => {
      const scene = await createFixture(ports, { tokens: tokens.map((state) => ({ state })) });
      const activeAt = tokens.indexOf('active');
      const otp = await (scene.tokens[activeAt]?.code() ?? '000000');
      const held = tokens.includes('locked') || tokens.includes('expired');

      expect(await byMethod(scene, 'password')).toMatchObject({ method: 'password', otp: 'not_used' });

      const withPassword = await byMethod(scene, 'password-otp', { otp });
      if (activeAt >= 0) expect(withPassword).toMatchObject({ otp: 'verified', token: scene.tokens[activeAt]?.id });
      else if (tokens.length > 0 && !held) {
        expect(withPassword).toMatchObject({ method: 'password-otp', otp: 'skipped' });
        expect(withPassword).not.toHaveProperty('token');
      } else expect(withPassword).toHaveProperty('refused');

      ports.clock.advance(60_000);
      const fresh = await (scene.tokens[activeAt]?.code() ?? '000000');
      const alone = await byMethod(scene, 'otp', { otp: fresh });
      if (activeAt >= 0) expect(alone).toMatchObject({ method: 'otp', otp: 'verified' });
      else expect(alone).toEqual({ refused: 'INVALID_CREDENTIALS' });
    },
  );

  test.each(states)('a token that resources accept directly, %s', async (state) => {
    const scene = await createFixture(ports);
    const token = await addToken(ports, scene.account, { state });
    await assign(ports, { account: scene.account, resource: scene.resource.id, token: token.id });
    const common = { account: scene.account, resource: scene.resource.id, token: token.id };
    const verdict = await authenticate(ports, { ...common, method: 'token', otp: await token.code() });
    if (state === 'active')
      expect(verdict).toEqual({ method: 'token', otp: 'verified', token: token.id, kind: 'totp' });
    else expect(verdict).toEqual({ refused: state === 'locked' ? 'TOKEN_LOCKED' : 'ACCESS_DENIED' });
  });

  test('a token that the resource does not accept directly authenticates no user, even one who is assigned with it', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const [token] = scene.tokens;
    const common = { account: scene.account, resource: scene.resource.id, method: 'token' as const };
    if (!token) throw new Error('no token');
    expect(await authenticate(ports, { ...common, token: token.id, otp: await token.code() })).toEqual({
      refused: 'INVALID_CREDENTIALS',
    });
  });

  test('accepts the code of any active token and names the one used', async () => {
    const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }, { algorithm: 'SHA512', digits: 8 }, {}] });
    for (const token of scene.tokens) {
      expect(await byMethod(scene, 'otp', { otp: await token.code() })).toMatchObject({ token: token.id });
    }
  });

  test('a user assigned alone and a token assigned directly are no user with a token', async () => {
    const scene = await createFixture(ports);
    const token = await addToken(ports, scene.account, { owner: scene.user.id });
    await assign(ports, { account: scene.account, resource: scene.resource.id, token: token.id });
    expect(await byMethod(scene, 'otp', { otp: await token.code() })).toEqual({ refused: 'INVALID_CREDENTIALS' });
    expect(await byMethod(scene, 'password-otp', { otp: await token.code() })).toEqual({ refused: 'ACCESS_DENIED' });
  });
});

describe('a wrong password', () => {
  test('evaluates no code and uses none up', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const otp = await firstCode(scene);
    const before = await scene.tokens[0]?.stored();
    expect(await byMethod(scene, 'password-otp', { password: 'guess', otp })).toEqual({
      refused: 'INVALID_CREDENTIALS',
    });
    expect(await byMethod(scene, 'password-otp', { password: 'guess', otp: await wrongCode(scene) })).toEqual({
      refused: 'INVALID_CREDENTIALS',
    });
    expect(await scene.tokens[0]?.stored()).toEqual(before);
    expect(await byMethod(scene, 'password-otp', { otp })).toMatchObject({ otp: 'verified' });
  });

  test('makes the user wait longer after the fifth repetition, and the right one ends the wait', async () => {
    const scene = await createFixture(ports);
    for (let failures = 0; failures < 6; failures++) {
      expect(await byMethod(scene, 'password', { password: 'guess' })).toEqual({ refused: 'INVALID_CREDENTIALS' });
    }
    expect(await byMethod(scene, 'password')).toEqual({ refused: 'TOO_MANY_ATTEMPTS', retryAfterMs: 1000 });
    ports.clock.advance(1000);
    expect(await byMethod(scene, 'password', { password: 'guess' })).toEqual({ refused: 'INVALID_CREDENTIALS' });
    expect(await byMethod(scene, 'password')).toEqual({ refused: 'TOO_MANY_ATTEMPTS', retryAfterMs: 2000 });
    ports.clock.advance(2000);
    expect(await byMethod(scene, 'password')).toMatchObject({ method: 'password' });
    expect(await byMethod(scene, 'password', { password: 'guess' })).toEqual({ refused: 'INVALID_CREDENTIALS' });
    expect(await byMethod(scene, 'password')).toMatchObject({ method: 'password' });
  });

  // SR-49: one counter serves all names of a user.
  test('counts against the user whichever of their names was used', async () => {
    const scene = await createFixture(ports, {
      user: { alias: 'al', email: 'al@example.com', phone: '+491234567890' },
    });
    for (const user of ['alice', 'AL', 'al@example.com', '+491234567890', scene.user.id, 'alice']) {
      expect(await byMethod(scene, 'password', { user, password: 'guess' })).toEqual({
        refused: 'INVALID_CREDENTIALS',
      });
    }
    // Not evaluated, so without an event: see `names-of-one-user.test.ts`.
    expect(await byMethod(scene, 'password', { user: 'al' })).toEqual({ refused: 'INVALID_CREDENTIALS' });
    ports.clock.advance(1000);
    expect(await byMethod(scene, 'password', { user: 'al' })).toMatchObject({ method: 'password' });
  });

  // SR-16: the attempt is counted before it is evaluated, so an aborted request keeps the count.
  test('stays counted if the request aborts during the hash', async () => {
    const scene = await createFixture(ports);
    for (let attempt = 0; attempt < 6; attempt++) {
      ports.hasher.during = () => {
        throw new Error('the client has gone');
      };
      await expect(byMethod(scene, 'password', { password: 'guess' })).rejects.toThrow(DependencyFailed);
    }
    ports.hasher.during = undefined;
    expect(await byMethod(scene, 'password')).toMatchObject({ refused: 'TOO_MANY_ATTEMPTS' });
  });

  // SR-2: parallel guesses cannot outrun the counter.
  test('is evaluated no more often than the free failures allow, however many requests are simultaneous', async () => {
    const scene = await createFixture(ports);
    const before = ports.hasher.verified;
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, at) => byMethod(scene, 'password', { password: `guess ${at}` })),
    );
    expect(ports.hasher.verified - before).toBe(6);
    expect(
      verdicts.filter((verdict) => 'refused' in verdict && verdict.refused === 'INVALID_CREDENTIALS'),
    ).toHaveLength(6);
    expect(verdicts.filter((verdict) => 'refused' in verdict && verdict.refused === 'TOO_MANY_ATTEMPTS')).toHaveLength(
      44,
    );
  });
});

describe('SR-14: the failures of a token', () => {
  test('are not cleared by a right password', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    for (let round = 0; round < 3; round++) {
      expect(await byMethod(scene, 'password-otp', { otp: await wrongCode(scene, round) })).toEqual({
        refused: 'OTP_WRONG',
      });
      expect(await byMethod(scene, 'password')).toMatchObject({ method: 'password' });
    }
    expect((await scene.tokens[0]?.stored())?.failures).toBe(3);
  });

  test('are not cleared by time', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    for (let round = 0; round < 5; round++) {
      await byMethod(scene, 'otp', { otp: await wrongCode(scene, round) });
      ports.clock.advance(24 * 3_600_000);
    }
    expect((await scene.tokens[0]?.stored())?.failures).toBe(5);
    expect(await byMethod(scene, 'password-otp', { otp: await wrongCode(scene) })).toEqual({ refused: 'TOKEN_LOCKED' });
  });

  test('are cleared by a success of any token of the assignment, for every token that is not locked', async () => {
    const scene = await createFixture(ports, { tokens: [{}, { kind: 'hotp' }, { state: 'locked' }] });
    await byMethod(scene, 'otp', { otp: await wrongCode(scene) });
    const counted = await Promise.all(scene.tokens.map((token) => token.stored()));
    expect(counted.map(({ failures }) => failures)).toEqual([1, 1, 0]);
    expect(await byMethod(scene, 'otp', { otp: await firstCode(scene) })).toMatchObject({ otp: 'verified' });
    const cleared = await Promise.all(scene.tokens.map((token) => token.stored()));
    expect(cleared.map(({ failures }) => failures)).toEqual([0, 0, 0]);
    expect(cleared[2]?.lock).toBeDefined();
  });

  // The attack: a success of the token alone resets the failures counted against its blocked owner.
  test('are cleared by a success of the token alone unless its owner is blocked', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const { account, resource, user } = scene;
    const token = scene.tokens[0]?.id ?? ('' as never);
    unwrap(await assign(ports, { account, resource: resource.id, token }));
    const show = async (otp: string) =>
      authenticate(ports, { account, resource: resource.id, method: 'token', token, otp });
    expect(await show(await wrongCode(scene))).toEqual({ refused: 'OTP_WRONG' });
    for (const [blocked, failures] of [
      [true, 1],
      [false, 0],
    ] as const) {
      unwrap(await updateUser(ports, account, user.id, { blocked }));
      ports.clock.advance(60_000);
      expect(await show(await firstCode(scene))).toMatchObject({ otp: 'verified' });
      expect((await scene.tokens[0]?.stored())?.failures).toBe(failures);
    }
  });

  test('are not cleared by a success on a resource with a lower limit than the count', async () => {
    const scene = await createFixture(ports, { resource: { failedAttemptsBeforeLock: 10 }, tokens: [{}] });
    for (let round = 0; round < 6; round++) await byMethod(scene, 'otp', { otp: await wrongCode(scene, round) });
    await overwrite(ports, resourceDocument.key(scene.resource.id), { failedAttemptsBeforeLock: 3 });
    expect(await byMethod(scene, 'otp', { otp: await firstCode(scene) })).toMatchObject({ otp: 'verified' });
    expect((await scene.tokens[0]?.stored())?.failures).toBe(6);
  });

  test('do not count a repeat of the accepted code, which is refused', async () => {
    for (const kind of ['totp', 'hotp'] as const) {
      const scene = await createFixture(ports, { tokens: [{ kind }] });
      const otp = await firstCode(scene);
      expect(await byMethod(scene, 'otp', { otp })).toMatchObject({ otp: 'verified' });
      for (let again = 0; again < 3; again++) {
        expect(await byMethod(scene, 'otp', { otp })).toEqual({ refused: 'OTP_REPLAYED' });
      }
      expect(await scene.tokens[0]?.stored()).toMatchObject({ failures: 0 });
    }
  });

  // SR-15
  test('lock beyond the limit, and the right code is refused until an administrator unlocks', async () => {
    const scene = await createFixture(ports, { resource: { failedAttemptsBeforeLock: 3 }, tokens: [{}] });
    for (let round = 0; round < 4; round++) {
      const verdict = await byMethod(scene, 'password-otp', { otp: await wrongCode(scene, round) });
      expect(verdict).toEqual({ refused: round < 3 ? 'OTP_WRONG' : 'TOKEN_LOCKED' });
    }
    ports.clock.advance(3_600_000);
    expect(await byMethod(scene, 'password-otp', { otp: await firstCode(scene) })).toEqual({ refused: 'TOKEN_LOCKED' });
    expect((await scene.tokens[0]?.stored())?.failures).toBe(4);
  });
});

// SR-43
test('SR-43: a HOTP token may be ten codes ahead, not eleven, and never goes back', async () => {
  const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
  const [token] = scene.tokens;
  if (!token) throw new Error('no token');
  expect(await byMethod(scene, 'otp', { otp: await token.code(11) })).toEqual({ refused: 'INVALID_CREDENTIALS' });
  const ahead = await token.code(10);
  const skipped = await token.code(9);
  expect(await byMethod(scene, 'otp', { otp: ahead })).toMatchObject({ otp: 'verified' });
  expect(await token.stored()).toMatchObject({ nextCounter: 11, failures: 0 });
  expect(await byMethod(scene, 'otp', { otp: skipped })).toEqual({ refused: 'INVALID_CREDENTIALS' });
});

// SR-44
test('SR-44: accepts the TOTP code of the previous step, none of the next, and none older than the last accepted', async () => {
  const scene = await createFixture(ports, { tokens: [{}] });
  const [token] = scene.tokens;
  if (!token) throw new Error('no token');
  const [older, before, at, next] = await Promise.all([-2, -1, 0, 1].map((step) => token.code(step)));
  expect(await byMethod(scene, 'otp', { otp: next ?? '' })).toEqual({ refused: 'INVALID_CREDENTIALS' });
  expect(await byMethod(scene, 'otp', { otp: older ?? '' })).toEqual({ refused: 'INVALID_CREDENTIALS' });
  expect(await byMethod(scene, 'otp', { otp: before ?? '' })).toMatchObject({ otp: 'verified' });
  expect(await byMethod(scene, 'otp', { otp: at ?? '' })).toMatchObject({ otp: 'verified' });
  expect(await byMethod(scene, 'otp', { otp: before ?? '' })).toEqual({ refused: 'INVALID_CREDENTIALS' });
});

// SR-47: the use-cases verify every input; the HTTP layer refuses these before.
test('SR-47: a code of another length, or not of ASCII digits, is never right', async () => {
  const scene = await createFixture(ports, { tokens: [{}] });
  const otp = await firstCode(scene);
  const fullWidth = [...otp].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
  for (const hostile of [` ${otp}`, `${otp}0`, `0${otp}`, fullWidth, `+${otp}`, `${otp}\n`, '']) {
    expect(await byMethod(scene, 'otp', { otp: hostile })).toHaveProperty('refused');
  }
  expect((await scene.tokens[0]?.stored())?.nextCounter).toBe(0);
});

describe('the account, the resource and the caller', () => {
  test('another account’s resource, user and token are not found', async () => {
    const [mine, theirs] = [
      await createFixture(ports),
      await createFixture(ports, { user: { login: 'bob' }, tokens: [{}] }),
    ];
    expect(
      await authenticate(ports, {
        ...common(theirs),
        account: mine.account,
        method: 'password',
        user: 'bob',
        password: PASSWORD,
      }),
    ).toEqual({ refused: 'RESOURCE_NOT_FOUND' });
    expect(await byMethod(mine, 'password', { user: 'bob' })).toEqual({ refused: 'INVALID_CREDENTIALS' });
    expect(await byMethod(mine, 'password', { user: theirs.user.id })).toEqual({ refused: 'INVALID_CREDENTIALS' });
    const [token] = theirs.tokens;
    if (!token) throw new Error('no token');
    expect(
      await authenticate(ports, { ...common(mine), method: 'token', token: token.id, otp: await token.code() }),
    ).toEqual({ refused: 'INVALID_CREDENTIALS' });
  });

  test('counts nothing where no user can be authenticated, and records the attempts', async () => {
    const scene = await createFixture(ports, { resource: { enabled: false }, tokens: [{}] });
    const before = ports.store.commits.length;
    expect(await byMethod(scene, 'otp')).toEqual({ refused: 'RESOURCE_DISABLED' });
    expect(await byMethod(scene, 'password-otp')).toEqual({ refused: 'RESOURCE_DISABLED' });
    const written = ports.store.commits.slice(before).map(({ change }) => change);
    expect(written.flatMap(({ append = [] }) => append)).toMatchObject([
      { type: 'authentication', outcome: 'refused', reason: 'RESOURCE_DISABLED', method: 'otp' },
      { type: 'authentication', outcome: 'refused', reason: 'RESOURCE_DISABLED', method: 'password-otp' },
    ]);
    expect(written.some((change) => touches(change, 'token') || touches(change, 'password-attempts'))).toBe(false);
  });

  test('a success stores the used code before it responds', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const before = ports.store.commits.length;
    await byMethod(scene, 'otp', { otp: await firstCode(scene) });
    const written = ports.store.commits.slice(before);
    expect(written.map(({ change }) => touches(change, 'token'))).toEqual([true]);
  });
});

function common(scene: Fixture) {
  return { account: scene.account, resource: scene.resource.id };
}

describe('password and code, requested without a code', () => {
  test.each([
    ['active', { refused: 'OTP_REQUIRED' }],
    ['locked', { refused: 'TOKEN_LOCKED' }],
    ['expired', { refused: 'ACCESS_DENIED' }],
  ] as const)('a user whose token is %s is not authenticated without its code', async (state, expected) => {
    const scene = await createFixture(ports, { tokens: [{ state }] });
    const common = { account: scene.account, resource: scene.resource.id, user: scene.user.login };
    const verdict = await authenticate(ports, { ...common, method: 'password-otp', password: PASSWORD });
    expect(verdict).toEqual(expected);
    const wrong = await authenticate(ports, { ...common, method: 'password-otp', password: 'not the password' });
    expect(wrong).toEqual({ refused: 'INVALID_CREDENTIALS' });
  });

  test('the password is enough if every token is deactivated, and the response says so', async () => {
    const scene = await createFixture(ports, { tokens: [{ state: 'deactivated' }] });
    const common = { account: scene.account, resource: scene.resource.id, user: scene.user.login };
    const verdict = await authenticate(ports, { ...common, method: 'password-otp', password: PASSWORD });
    expect(verdict).toMatchObject({ method: 'password-otp', otp: 'skipped' });
  });
});
