import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../kernel/result.ts';
import { resourceDocument } from '../resources/documents.ts';
import type { FilterRule } from '../resources/filters/filter.ts';
import { assign, authenticate, createFilter, createResource, updateResource } from '../testing/as-operator.ts';
import { addToken, birth, createFixture, type Fixture, overwrite, PASSWORD, unwrap } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, START, type TestPorts } from '../testing/test-ports.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('filters');
  ports.geo.countries.set('203.0.113.9', 'AT').set('198.51.100.9', 'KP');
});
afterAll(() => ports.close());

const INSIDE = '203.0.113.9';
const OUTSIDE = '198.51.100.9';
const rules: Record<string, FilterRule> = {
  geo: { kind: 'geo', mode: 'allow', countries: ['AT'], unlocated: 'deny' },
  'geo, denying': { kind: 'geo', mode: 'deny', countries: ['KP'], unlocated: 'allow' },
  ip: { kind: 'ip', mode: 'allow', ranges: ['203.0.113.0/24'] },
  'ip, denying': { kind: 'ip', mode: 'deny', ranges: ['198.51.100.0/24'] },
};
const slots = { geo: 'geoFilter', ip: 'ipFilter', time: 'timeFilter' } as const;

async function guarded(rule: FilterRule, options: Parameters<typeof createFixture>[1] = {}): Promise<Fixture> {
  const scene = await createFixture(ports, options);
  const { filter } = unwrap(await createFilter(ports, birth(ports, 'flt'), scene.account, { name: 'guard', rule }));
  unwrap(await updateResource(ports, scene.account, scene.resource.id, { [slots[rule.kind]]: filter.id }));
  return scene;
}

/** A sign-in by each method, all with valid factors. */
async function everyMethod(scene: Fixture, address: string | undefined) {
  const direct = await addToken(ports, scene.account, { kind: 'hotp' });
  unwrap(await assign(ports, { account: scene.account, resource: scene.resource.id, token: direct.id }));
  const [token] = scene.tokens;
  if (!token) throw new Error('no token');
  const common = { account: scene.account, resource: scene.resource.id, ...(address && { address }) };
  const person = { ...common, user: 'alice', password: PASSWORD };
  return [
    await authenticate(ports, { ...person, method: 'password' }),
    await authenticate(ports, { ...person, method: 'otp', otp: await token.code() }),
    await authenticate(ports, { ...person, method: 'password-otp', otp: await token.code() }),
    await authenticate(ports, { ...common, method: 'token', token: direct.id, otp: await direct.code() }),
  ];
}
const DENIED = { refused: 'FILTER_DENIED' };

describe.each(Object.keys(rules))('a filter by %s', (name) => {
  const rule = rules[name] as FilterRule;

  test('allows every method from inside, and none from outside', async () => {
    const scene = await guarded(rule, { tokens: [{ kind: 'hotp' }] });
    for (const verdict of await everyMethod(scene, INSIDE)) expect(isRefusal(verdict)).toBe(false);
    expect(await everyMethod(scene, OUTSIDE)).toEqual([DENIED, DENIED, DENIED, DENIED]);
  });

  test('denies by every method when no address is given', async () => {
    const scene = await guarded(rule, { tokens: [{ kind: 'hotp' }] });
    expect(await everyMethod(scene, undefined)).toEqual([DENIED, DENIED, DENIED, DENIED]);
  });

  test('also denies if a deactivated token drops the code', async () => {
    const scene = await guarded(rule, { tokens: [{ state: 'deactivated' }] });
    const person = { account: scene.account, resource: scene.resource.id, user: 'alice', password: PASSWORD };
    const request = { ...person, method: 'password-otp' as const, otp: '000000' };
    expect(await authenticate(ports, { ...request, address: OUTSIDE })).toEqual(DENIED);
    expect(await authenticate(ports, request)).toEqual(DENIED);
    expect(await authenticate(ports, { ...request, address: INSIDE })).toMatchObject({ otp: 'skipped' });
  });

  test('counts and evaluates nothing if it denies', async () => {
    const scene = await guarded(rule, { tokens: [{ kind: 'hotp' }] });
    const before = [ports.hasher.verified, await scene.tokens[0]?.stored()];
    await everyMethod(scene, OUTSIDE);
    expect([ports.hasher.verified, await scene.tokens[0]?.stored()]).toEqual(before);
  });

  test('ends a widget sign-in whose client moves outside meanwhile', async () => {
    const scene = await guarded(rule, { tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene, { address: INSIDE });
    walk.address = OUTSIDE;
    expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({
      step: 'denied',
      error: { code: 'FILTER_DENIED' },
    });
    expect((await scene.tokens[0]?.stored())?.nextCounter).toBe(0);
    for (const address of [OUTSIDE, undefined]) {
      const next = await LoginDriver.begin(scene, { address });
      expect(await next.identify()).toMatchObject({ step: 'denied', error: { code: 'FILTER_DENIED' } });
    }
  });
});

test('a time filter needs no address, and denies outside its hours', async () => {
  const rule: FilterRule = {
    kind: 'time',
    zone: 'Europe/Vienna',
    windows: [{ days: ['fri'], fromMinute: 8 * 60, toMinute: 10 * 60 }],
  };
  ports.clock.at = START;
  const scene = await guarded(rule, { tokens: [{ kind: 'hotp' }] });
  for (const verdict of await everyMethod(scene, undefined)) expect(isRefusal(verdict)).toBe(false);
  const walk = await LoginDriver.toOtp(scene);
  ports.clock.advance(3_600_000);
  expect(await everyMethod(scene, INSIDE)).toEqual([DENIED, DENIED, DENIED, DENIED]);
  expect(await walk.look()).toEqual({ refused: 'FLOW_NOT_FOUND' });
});

test('an attached filter that is gone, or another account’s, denies', async () => {
  const scene = await guarded(rules.ip as FilterRule, { tokens: [{ kind: 'hotp' }] });
  const other = await createFixture(ports);
  const foreign = unwrap(
    await createFilter(ports, birth(ports, 'flt'), other.account, { name: 'theirs', rule: rules.ip as FilterRule }),
  ).filter;
  for (const ipFilter of [birth(ports, 'flt').id, foreign.id]) {
    await overwrite(ports, resourceDocument.key(scene.resource.id), { ipFilter });
    expect(await everyMethod(scene, INSIDE)).toEqual([DENIED, DENIED, DENIED, DENIED]);
  }
});

test('a filter can be attached only to a resource of its own account that supports it', async () => {
  const scene = await createFixture(ports);
  const other = await createFixture(ports);
  const { filter } = unwrap(
    await createFilter(ports, birth(ports, 'flt'), scene.account, { name: 'ip', rule: rules.ip as FilterRule }),
  );
  const update = (account: Fixture, changes: object) =>
    updateResource(ports, account.account, account.resource.id, changes);
  expect(await update(scene, { geoFilter: filter.id })).toMatchObject({ refused: 'INPUT_INVALID' });
  expect(await update(other, { ipFilter: filter.id })).toMatchObject({ refused: 'FILTER_NOT_FOUND' });
  expect(await update(scene, { ipFilter: filter.id })).toMatchObject({ object: { ipFilter: filter.id } });
  const off = unwrap(await update(scene, { ipFilter: null }));
  expect(off.object).not.toHaveProperty('ipFilter');
  const birthOfAnother = birth(ports, 'res');
  expect(
    await createResource(ports, birthOfAnother, other.account, { ...scene.resource, ipFilter: filter.id }),
  ).toMatchObject({ refused: 'FILTER_NOT_FOUND' });
});
