import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assign } from '../../testing/as-operator.ts';
import { type Dialect, numberOf, openDialect } from '../../testing/dialect.ts';
import { addToken, type FixtureOptions, PASSWORD, runMeanwhile, unwrap, wrongCode } from '../../testing/fixtures.ts';

let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('two doors to one lock');
});
afterAll(() => dialect.service.ports.close());

/** Every entry point for a code, as a function that returns true if the code was accepted. */
async function entriesOf(own: Dialect): Promise<((otp: string) => Promise<boolean>)[]> {
  const { service, scene } = own;
  const key = await service.keyFor(scene.account);
  const resourceId = numberOf(scene.resource.id);
  const ours = (body: object) => async (otp: string) => {
    const answer = await service.call('POST /v1/authentications', {
      key,
      body: { resource: scene.resource.id, user: scene.user.login, otp, ...body },
    });
    return answer.status === 200;
  };
  const entryOf = (row: string, fields: object, format: 'json' | 'xml') => async (otp: string) => {
    const route = `POST auth-service/authenticate/${row}`;
    const { holder } = await own.ask(route, { resourceId, userLogin: scene.user.login, otp, ...fields }, { format });
    return String((holder.response as { result?: unknown } | undefined)?.result) === 'true';
  };
  return [
    ours({ method: 'otp' }),
    ours({ method: 'password-otp', password: PASSWORD }),
    entryOf('user-token', {}, 'json'),
    entryOf('user-token', {}, 'xml'),
    entryOf('user-password-token', { pwd: PASSWORD }, 'json'),
    entryOf('user-password-token', { pwd: PASSWORD }, 'xml'),
  ];
}

async function shownAtOnce(options: FixtureOptions, typed: (own: Dialect) => Promise<string>) {
  const own = await dialect.another(options);
  const entries = await entriesOf(own);
  const otp = await typed(own);
  const taken = await Promise.all(Array.from({ length: 9 }, () => entries.map((entry) => entry(otp))).flat());
  return { otp, entries, taken: taken.filter(Boolean).length, tried: taken.length };
}

const code = async ({ scene }: Dialect) => (await scene.tokens[0]?.code()) ?? '';

describe('SR-1: one code sent at once through /v1 and /api/v1, in JSON and XML', () => {
  test.each([
    ['by time', { tokens: [{}] }, code],
    ['by counter', { tokens: [{ kind: 'hotp' }] }, code],
    [
      'with a PIN before it',
      { tokens: [{ pin: { digits: '4711', position: 'before' } }] },
      async (own: Dialect) => `4711${await code(own)}`,
    ],
  ] as [string, FixtureOptions, typeof code][])('%s, is accepted once', async (_, options, typed) => {
    const { taken, tried, entries, otp } = await shownAtOnce(options, typed);
    expect(tried).toBeGreaterThan(50);
    expect(taken).toBe(1);
    for (const entry of entries) expect(await entry(otp)).toBe(false);
  });
});

// SR-2, SR-15
describe('SR-2: guesses through all entry points at once', () => {
  test('are counted together: the token locks at the limit, and then refuses the right code everywhere', async () => {
    const own = await dialect.another({ tokens: [{}], resource: { failedAttemptsBeforeLock: 3 } });
    const entries = await entriesOf(own);
    const wrong = await Promise.all(Array.from({ length: 5 }, (_, at) => wrongCode(own.scene, at)));
    const taken = await Promise.all(wrong.flatMap((otp) => entries.map((entry) => entry(otp))));
    expect(taken.filter(Boolean)).toEqual([]);
    expect(await own.scene.tokens[0]?.stored()).toMatchObject({ lock: { reason: 'otp-failures' } });
    for (const entry of entries) expect(await entry(await code(own))).toBe(false);
  });
});

describe('SR-4: a right code is refused at every entry point for', () => {
  test.each([
    ['of a token that is locked', { tokens: [{ state: 'locked' }] }, undefined],
    ['of a token that has expired', { tokens: [{ state: 'expired' }] }, undefined],
    ['of a token that is out of step', { tokens: [{ kind: 'hotp', state: 'out-of-step' }] }, undefined],
    ['without its PIN', { tokens: [{ pin: { digits: '4711', position: 'before' } }] }, undefined],
    ['when the plan has ended', { tokens: [{}] }, runMeanwhile.deactivatePlan],
    ['when the resource is switched off', { tokens: [{}] }, runMeanwhile.disableResource],
    ['when the person is blocked', { tokens: [{}] }, runMeanwhile.blockUser],
  ] as [string, FixtureOptions, ((scene: Dialect['scene']) => Promise<unknown>) | undefined][])(
    '%s',
    async (_, options, change) => {
      const own = await dialect.another(options);
      await change?.(own.scene);
      for (const entry of await entriesOf(own)) expect(await entry(await code(own))).toBe(false);
    },
  );
});

describe('SR-27: numbers of another account', () => {
  test('match nothing: neither its resource, nor its users, nor its tokens, in JSON or XML', async () => {
    const [own, other] = [await dialect.another({ tokens: [{}] }), await dialect.another({ tokens: [{}] })];
    const shared = await addToken(other.service.ports, other.scene.account, {});
    unwrap(
      await assign(other.service.ports, {
        account: other.scene.account,
        resource: other.scene.resource.id,
        token: shared.id,
      }),
    );
    const theirResource = { resourceId: numberOf(other.scene.resource.id) };
    const ownResource = { resourceId: numberOf(own.scene.resource.id) };
    const theirUser = { userId: numberOf(other.scene.user.id) };
    const attempts: [string, object][] = [
      ['user-password', { ...theirResource, ...theirUser, pwd: PASSWORD }],
      ['user-password', { ...theirResource, userLogin: other.scene.user.login, pwd: PASSWORD }],
      ['user-password', { ...ownResource, ...theirUser, pwd: PASSWORD }],
      ['user-token', { ...theirResource, ...theirUser, otp: await code(other) }],
      ['user-token', { ...ownResource, ...theirUser, otp: await code(other) }],
      ['token', { ...theirResource, tokenId: numberOf(shared.id), otp: await shared.code() }],
      ['token', { ...ownResource, tokenId: numberOf(shared.id), otp: await shared.code() }],
      ['token', { ...ownResource, tokenId: numberOf(other.scene.tokens[0]?.id ?? ''), otp: await code(other) }],
    ];
    for (const format of ['json', 'xml'] as const) {
      for (const [row, fields] of attempts) {
        const { holder } = await own.ask(`POST auth-service/authenticate/${row}`, { ...fields }, { format });
        const result = (holder.response as { result?: unknown } | undefined)?.result;
        expect(String(result ?? 'false'), row).toBe('false');
      }
    }
    // The attempts have used none of it up.
    const { holder } = await other.ask('POST auth-service/authenticate/token', {
      ...theirResource,
      tokenId: numberOf(shared.id),
      otp: await shared.code(),
    });
    expect(holder.response).toEqual({ result: true });
  });
});

test("SR-1: a used code stays used in the next hour, with the key's new password", async () => {
  const own = await dialect.another({ tokens: [{ kind: 'hotp' }] });
  const otp = await code(own);
  const show = async (format: 'json' | 'xml') => {
    const fields = { resourceId: numberOf(own.scene.resource.id), userLogin: own.scene.user.login, otp };
    const { holder } = await own.ask('POST auth-service/authenticate/user-token', fields, { format });
    return String((holder.response as { result?: unknown } | undefined)?.result);
  };
  expect(await show('json')).toBe('true');
  const { clock } = own.service.ports;
  clock.advance(3_600_000 - (clock.now() % 3_600_000));
  for (const format of ['json', 'xml', 'json'] as const) expect(await show(format)).toBe('false');
});

test.each([' ', '+', '-', '\u0000', '\uff11', '\u0661', '.0', 'e0', '\n', '%00', ','])(
  'SR-47: a code spelled with %j is malformed and not counted',
  async (odd) => {
    const own = await dialect.another({ tokens: [{}] });
    const right = await code(own);
    for (const otp of [`${odd}${right}`, `${right}${odd}`, `${right.slice(0, 3)}${odd}${right.slice(3)}`]) {
      for (const format of ['json', 'xml'] as const) {
        const fields = { resourceId: numberOf(own.scene.resource.id), userLogin: own.scene.user.login, otp };
        const { holder } = await own.ask('POST auth-service/authenticate/user-token', fields, { format });
        expect(String((holder.response as { result?: unknown } | undefined)?.result ?? 'false')).toBe('false');
      }
    }
    expect(await own.scene.tokens[0]?.stored()).toMatchObject({ failures: 0 });
  },
);
