import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { METHOD_POLICIES } from '@countersign/protocol/resources';
import type { TokenState } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountDocument } from '../accounts/documents.ts';
import type { Method } from '../kernel/event.ts';
import { isRefusal } from '../kernel/result.ts';
import type { FilterRule } from '../resources/filters/filter.ts';
import {
  assign,
  authenticate,
  createFilter,
  operatorContext,
  unassign,
  updateResource,
  updateToken,
  updateUser,
} from '../testing/as-operator.ts';
import {
  addToken,
  birth,
  createFixture,
  type Fixture,
  overwrite,
  PASSWORD,
  unwrap,
  wrongCode,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { explain, type Question } from './explain.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('explain');
  ports.geo.countries.set('203.0.113.7', 'AT');
});
afterAll(() => ports.close());

async function explained(scene: Fixture, question: Omit<Question, 'resource'>) {
  const answer = await explain(ports, operatorContext(scene.account), { ...question, resource: scene.resource.id });
  return unwrap(answer).explained;
}

const states = fc.constantFrom<TokenState>('active', 'deactivated', 'locked', 'expired');
const RULES: FilterRule[] = [
  { kind: 'ip', mode: 'allow', ranges: ['203.0.113.0/24'] },
  { kind: 'ip', mode: 'deny', ranges: ['203.0.113.0/24'] },
  { kind: 'geo', mode: 'allow', countries: ['AT'], unlocated: 'deny' },
  { kind: 'time', zone: 'UTC', windows: [{ days: ['fri'], fromMinute: 0, toMinute: 1440 }] },
  { kind: 'time', zone: 'UTC', windows: [{ days: ['mon'], fromMinute: 0, toMinute: 1440 }] },
];
/** Mostly a situation that signs in, with an obstacle or two. */
const rarely = fc.integer({ min: 0, max: 7 }).map((number) => number === 0);
const situations = fc.record({
  tokens: fc.array(states, { maxLength: 2 }),
  alone: fc.boolean(),
  noPassword: rarely,
  blocked: rarely,
  notByApi: rarely,
  planLapsed: rarely,
  disabled: rarely,
  filter: fc.option(fc.constantFrom(...RULES), { freq: 2 }),
  address: fc.option(fc.constantFrom('203.0.113.7', '198.51.100.1')),
  handedOver: rarely,
  policy: fc.constantFrom(...METHOD_POLICIES),
  /** The name that was guessed at until it had to wait. */
  guessedBy: fc.constantFrom(undefined, undefined, undefined, 'login', 'id'),
  stranger: rarely,
});
type Situation = typeof situations extends fc.Arbitrary<infer S> ? S : never;

/** No obstacle: a user with both factors signs in. */
const PLAIN: Situation = {
  tokens: ['active'],
  alone: true,
  noPassword: false,
  blocked: false,
  notByApi: false,
  planLapsed: false,
  disabled: false,
  filter: null,
  address: null,
  handedOver: false,
  policy: 'auto',
  guessedBy: undefined,
  stranger: false,
};

async function arrange(situation: Situation): Promise<Fixture> {
  const { tokens, alone, filter, policy } = situation;
  const scene = await createFixture(ports, {
    tokens: tokens.map((state) => ({ state, kind: 'hotp' as const })),
    alone,
    password: !situation.noPassword,
    resource: { methodPolicy: policy },
  });
  const { account, resource, user } = scene;
  if (situation.guessedBy) {
    const by = situation.guessedBy === 'id' ? user.id : user.login;
    const guess = { account, resource: resource.id, user: by, method: 'password', password: 'guess' } as const;
    for (let at = 0; at < 7; at++) await authenticate(ports, guess);
  }
  if (filter) {
    const made = unwrap(await createFilter(ports, birth(ports, 'flt'), account, { name: 'rule', rule: filter })).filter;
    unwrap(await updateResource(ports, account, resource.id, { [`${filter.kind}Filter`]: made.id }));
  }
  const [first] = scene.tokens;
  if (situation.handedOver && first) {
    unwrap(await updateToken(ports, account, first.id, { owner: null }));
    unwrap(await updateToken(ports, account, first.id, { owner: user.id }));
  }
  if (situation.blocked) unwrap(await updateUser(ports, account, user.id, { blocked: true }));
  if (situation.notByApi) unwrap(await updateUser(ports, account, user.id, { apiSupport: false }));
  if (situation.disabled) unwrap(await updateResource(ports, account, resource.id, { enabled: false }));
  if (situation.planLapsed)
    await overwrite(ports, accountDocument.key(account), { plan: { name: 'Free', active: false } });
  return scene;
}

/** A code of the first token that a sign-in would ask for. */
async function rightCode(scene: Fixture): Promise<string> {
  for (const token of scene.tokens) {
    const { lock, enabled, expiresAt, epoch } = await token.stored();
    if (!lock && enabled && expiresAt === undefined && epoch === 0) return token.code();
  }
  return '000000';
}

describe('predicts the sign-in', () => {
  test.each<Exclude<Method, 'token'>>(['password', 'otp', 'password-otp'])('with %s', async (method) => {
    let granted = 0;
    await fc.assert(
      fc.asyncProperty(situations, async (situation) => {
        const scene = await arrange(situation);
        const { account, resource } = scene;
        const user = situation.stranger ? 'nobody' : 'alice';
        const address = situation.address ?? undefined;
        const explanation = await explained(scene, { subject: { user, method }, address });

        const otp = await rightCode(scene);
        const common = { account, resource: resource.id, user, ...omitUndefined({ address }) };
        const done =
          method === 'otp'
            ? await authenticate(ports, { ...common, method, otp })
            : method === 'password'
              ? await authenticate(ports, { ...common, method, password: PASSWORD })
              : await authenticate(ports, { ...common, method, password: PASSWORD, otp });
        const verdict = isRefusal(done) ? { granted: false, code: done.refused } : { granted: true, otp: done.otp };
        expect(explanation.verdict).toEqual(verdict);
        if (explanation.verdict.granted) granted += 1;
        else expect(explanation.checks.find(({ passed }) => !passed)?.code).toBe(explanation.verdict.code);
      }),
      // Random situations alone might all be refused.
      { numRuns: 30, examples: [[PLAIN]] },
    );
    expect(granted).toBeGreaterThan(0);
  });

  test('in the widget', async () => {
    let granted = 0;
    await fc.assert(
      fc.asyncProperty(situations, async (situation) => {
        const scene = await arrange(situation);
        const address = situation.address ?? undefined;
        const explanation = await explained(scene, { subject: { user: 'alice', method: 'widget' }, address });
        const walk = await LoginDriver.begin(scene, { address });
        if (walk.view.step === 'identify') await walk.identify();
        if (walk.view.step === 'password') await walk.password();
        if (walk.view.step === 'otp') await walk.otp(await rightCode(scene));
        expect(walk.view.step === 'done').toBe(explanation.verdict.granted);
        if (!explanation.verdict.granted) expect(walk.view.error?.code).toBe(explanation.verdict.code);
        else granted += 1;
      }),
      { numRuns: 30, examples: [[PLAIN]] },
    );
    expect(granted).toBeGreaterThan(0);
  });

  test('with a token alone', async () => {
    await fc.assert(
      fc.asyncProperty(states, fc.boolean(), situations, async (state, direct, situation) => {
        const scene = await arrange({ ...situation, guessedBy: undefined });
        const { account, resource } = scene;
        const token = await addToken(ports, account, { kind: 'hotp', state });
        if (direct) unwrap(await assign(ports, { account, resource: resource.id, token: token.id }));
        const address = situation.address ?? undefined;
        const explanation = await explained(scene, { subject: { token: token.id }, address });
        const done = await authenticate(ports, {
          account,
          resource: resource.id,
          method: 'token',
          token: token.id,
          otp: await token.code(),
          ...omitUndefined({ address }),
        });
        expect(explanation.verdict).toEqual(
          isRefusal(done) ? { granted: false, code: done.refused } : { granted: true, otp: 'verified' },
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe('the report', () => {
  test('lists each check in order, with the value it read', async () => {
    const scene = await createFixture(ports, { tokens: [{ state: 'locked' }, {}] });
    const { account, resource } = scene;
    for (const rule of [RULES[0], RULES[2], RULES[3]]) {
      if (!rule) continue;
      const made = unwrap(await createFilter(ports, birth(ports, 'flt'), account, { name: 'rule', rule })).filter;
      unwrap(await updateResource(ports, account, resource.id, { [`${rule.kind}Filter`]: made.id }));
    }
    const explanation = await explained(scene, {
      subject: { user: 'ALICE', method: 'widget' },
      address: '::ffff:203.0.113.7',
    });
    expect(explanation.method).toBe('password-otp');
    expect(explanation.checks).toMatchObject([
      { check: 'plan', passed: true },
      { check: 'resource', passed: true },
      { check: 'filter', kind: 'geo', country: 'AT', passed: true },
      { check: 'filter', kind: 'time', localTime: 'fri 08:00', passed: true },
      { check: 'filter', kind: 'ip', address: '203.0.113.7', passed: true },
      { check: 'password-wait', passed: true },
      { check: 'user', state: 'live', id: scene.user.id, passed: true },
      { check: 'password-set', passed: true },
      { check: 'assignment', kind: 'token', passed: true },
      { check: 'token', id: scene.tokens[0]?.id, state: 'locked', counts: true },
      { check: 'token', id: scene.tokens[1]?.id, state: 'active', counts: true },
      { check: 'factors', passed: true },
    ]);
    expect(explanation.factors).toEqual({ password: true, otp: true, otpSkipped: false });
    expect(explanation.verdict).toEqual({ granted: true, otp: 'verified' });
  });

  test('for another time: the filter that is closed then, the token that has expired by then', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const { account, resource, tokens } = scene;
    const day = 24 * 3_600_000;
    unwrap(
      await updateToken(ports, account, tokens[0]?.id ?? 'tok_00000000000', { expiresAt: ports.clock.now() + day }),
    );
    const asked = { user: 'alice', method: 'otp' } as const;
    expect((await explained(scene, { subject: asked })).verdict.granted).toBe(true);
    const tomorrow = await explained(scene, { subject: asked, at: ports.clock.now() + day });
    expect(tomorrow.checks.at(-1)).toEqual({
      check: 'factors',
      passed: false,
      reason: 'expired',
      code: 'INVALID_CREDENTIALS',
    });

    const rule = RULES[3];
    if (!rule) throw new Error('no rule');
    const made = unwrap(await createFilter(ports, birth(ports, 'flt'), account, { name: 'fridays', rule })).filter;
    unwrap(await updateResource(ports, account, resource.id, { timeFilter: made.id }));
    const saturday = await explained(scene, { subject: asked, at: ports.clock.now() + day });
    expect(saturday.verdict).toEqual({ granted: false, code: 'FILTER_DENIED' });
    expect(saturday.checks).toContainEqual({
      check: 'filter',
      id: made.id,
      kind: 'time',
      localTime: 'sat 08:00',
      passed: false,
      code: 'FILTER_DENIED',
    });
  });

  test('says why a token of the assignment does not count', async () => {
    const scene = await createFixture(ports, { tokens: [{}, {}], alone: true });
    const { account, tokens, user } = scene;
    const [first] = tokens;
    unwrap(await updateToken(ports, account, first?.id ?? 'tok_00000000000', { owner: null }));
    const explanation = await explained(scene, { subject: { user: user.id, method: 'password-otp' } });
    expect(explanation.checks).toContainEqual({
      check: 'token',
      id: first?.id,
      state: 'active',
      counts: false,
      why: 'changed-hands',
      passed: true,
    });
    unwrap(await unassign(ports, { account, resource: scene.resource.id, user: user.id }));
    expect((await explained(scene, { subject: { user: user.id, method: 'password' } })).checks).toContainEqual({
      check: 'assignment',
      kind: 'token',
      passed: true,
    });
  });

  test('counts nothing, uses nothing up and writes nothing', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    await authenticate(ports, {
      account: scene.account,
      resource: scene.resource.id,
      user: 'alice',
      method: 'otp',
      otp: await wrongCode(scene),
    });
    const before = [ports.store.commits.length, ports.hasher.verified, ports.hasher.hashed];
    for (const method of ['password', 'otp', 'password-otp', 'widget'] as const) {
      await explained(scene, { subject: { user: 'alice', method } });
      await explained(scene, { subject: { user: 'nobody', method } });
    }
    expect([ports.store.commits.length, ports.hasher.verified, ports.hasher.hashed]).toEqual(before);
  });

  // SR-27
  test('SR-27: another account’s resource and token are not found, and a user may not ask', async () => {
    const [scene, other] = [await createFixture(ports), await createFixture(ports, { tokens: [{}] })];
    const act = operatorContext(scene.account);
    const subject = { user: 'alice', method: 'password' } as const;
    expect(await explain(ports, act, { resource: other.resource.id, subject })).toEqual({
      refused: 'RESOURCE_NOT_FOUND',
    });
    const theirs = { token: other.tokens[0]?.id ?? 'tok_00000000000' } as const;
    expect(await explain(ports, act, { resource: scene.resource.id, subject: theirs })).toEqual({
      refused: 'TOKEN_NOT_FOUND',
    });
    const user = { actor: { kind: 'user', account: scene.account } } as const;
    expect(await explain(ports, user, { resource: scene.resource.id, subject })).toEqual({ refused: 'FORBIDDEN' });
  });
});
