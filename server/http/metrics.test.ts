import { REFUSALS } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyCharacter } from '../../shared/testing/any-character.ts';
import { Meters } from '../metrics/meters.ts';
import type { Sample } from '../metrics/series.ts';
import { writeReports } from '../platform/prometheus/prometheus.ts';
import { ENDPOINTS } from '../protectimus/routes.ts';
import { PASSWORD } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { addressOf, createSampleFixture, operationsOf, type SampleScene } from '../testing/operations.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { openTestPorts } from '../testing/test-ports.ts';

let service: Service;
let scene: SampleScene;
let meters: Meters;
beforeAll(async () => {
  meters = new Meters({ monotonicMs: () => performance.now(), now: Date.now });
  const { store, remove } = await openTemporaryStore();
  const ports = await openTestPorts('metrics', { store: meters.store(store), remove });
  service = await openService('metrics', ports, { observer: meters.requests });
  scene = await createSampleFixture(service);
});
afterAll(() => service.ports.close());

const text = async () => (await writeReports([meters.metrics.families()])).text;

/** The number of a series with these labels; 0 if there is none. */
function count(name: string, labels: Record<string, string> = {}): number {
  const family = meters.metrics.families().find((one) => one.name === name);
  if (!family) throw new Error(`there is no series ${name}`);
  const fits = family.values.filter(
    ({ labels: given, metricName = name }) =>
      metricName === name && Object.entries(labels).every(([label, value]) => given[label] === value),
  );
  return fits.reduce((sum, { value }) => sum + value, 0);
}

const isApiCount = ({ labels, metricName = '' }: Sample) =>
  labels.way === 'api' && labels.method === 'password' && metricName.endsWith('_count');

// SR-35, SR-65
describe('a client that chooses every name and path', () => {
  const CANARY = 'canary-7f3a';

  test('chooses no label of a series', async () => {
    const { key, resource } = scene;
    const attack = async (hostile: string) => {
      const part = encodeURIComponent(`${CANARY}${hostile}`);
      const body = { resource: resource.id, method: 'password', user: `${CANARY}${hostile}`, password: hostile };
      await service.call('POST /v1/authentications', { key, body });
      await service.call(`GET /${part}`, { key });
      await service.call(`GET /v1/${part}/${part}?${part}=${part}`, { key });
      await service.call(`DELETE /widget/v1/flow/${part}`);
      await service.call(`POST /api/v1/${part}`, { headers: { authorization: `Basic ${btoa(`${CANARY}:x`)}` } });
      await service.call(`GET /v1/users/${part}`, { key: `csk_${CANARY}` });
      await service.call('POST /v1/users', { key, body: { login: `${CANARY}${hostile}`.slice(0, 60) } });
      for (const method of ['PROPFIND', `X-${CANARY}`]) await service.call(`${method} /v1/users`, { key });
    };
    for (const operation of await operationsOf(service)) {
      const body = operation.takesBody ? { [CANARY]: CANARY } : undefined;
      await service.call(addressOf(operation, { id: CANARY, status: 400 }), { key, ...omitUndefined({ body }) });
    }
    await fc.assert(fc.asyncProperty(fc.string({ unit: anyCharacter, maxLength: 40 }), attack), { numRuns: 40 });

    const patterns = new Set(service.app.routes.map(({ path }) => path));
    const dialect = new Set(['/api/v1', ...ENDPOINTS.map(({ path }) => `/api/v1/${path}`)]);
    const isKnown: Record<string, (value: string) => boolean> = {
      route: (value) => patterns.has(value) || dialect.has(value) || value === 'unmatched',
      method: (value) => /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|OTHER)$/.test(value),
      status: (value) => /^[1-5]\d\d$/.test(value),
      code: (value) => value === '' || value in REFUSALS,
    };
    const requests = meters.metrics.requests.family().values;
    expect(requests.length).toBeGreaterThan(100);
    for (const { labels } of requests) {
      for (const [label, value] of Object.entries(labels))
        expect([label, value, isKnown[label]?.(String(value))]).toEqual([label, value, true]);
    }
    const written = await text();
    expect(written).not.toContain(CANARY);
    expect(written).toContain('method="OTHER"');
    // No id of an object either.
    for (const id of [scene.account, scene.resource.id, scene.user.id, scene.tokens[0]?.id ?? 'none', 'alice']) {
      expect(written).not.toContain(id);
    }
  });
});

test('counts requests by the pattern of their route', async () => {
  const { key, user } = scene;
  const labels = { route: '/v1/users/:id', method: 'GET', status: '200', code: '' };
  const before = count('countersign_http_requests_total', labels);
  await service.call(`GET /v1/users/${user.id}`, { key });
  expect(count('countersign_http_requests_total', labels)).toBe(before + 1);
  await service.call('GET /v1/users/usr_00000000000', { key });
  const missing = { route: '/v1/users/:id', status: '404', code: 'USER_NOT_FOUND' };
  expect(count('countersign_http_requests_total', missing)).toBeGreaterThan(0);
  expect(meters.requests.running).toBe(0);
});

test('counts an authentication once, with its outcome and its time', async () => {
  const { key, resource } = scene;
  const attempt = (password: string) => ({ resource: resource.id, method: 'password', user: 'alice', password });
  const name = 'countersign_authentications_total';
  const granted = { way: 'api', method: 'password', outcome: 'granted', reason: '' };
  const refused = { way: 'api', method: 'password', outcome: 'refused', reason: 'INVALID_CREDENTIALS' };
  const before = [count(name, granted), count(name, refused)];
  const timed = () => meters.metrics.authenticationSeconds.family().values.find(isApiCount)?.value ?? 0;
  const timedBefore = timed();
  await service.call('POST /v1/authentications', { key, body: attempt(PASSWORD) });
  await service.call('POST /v1/authentications', { key, body: attempt('wrong') });
  expect([count(name, granted), count(name, refused)]).toEqual([(before[0] ?? 0) + 1, (before[1] ?? 0) + 1]);
  expect(timed()).toBe(timedBefore + 2);
});

test('counts the steps and the end of a sign-in in the widget', async () => {
  const steps = 'countersign_flow_steps_total';
  const started = count('countersign_flows_started_total');
  const [done, issued] = [count(steps, { step: 'done' }), count('countersign_results_issued_total')];
  const driver = await LoginDriver.toOtp(scene);
  expect(count('countersign_flows_started_total')).toBe(started + 1);
  expect(count(steps, { step: 'done' })).toBe(done);
  const code = await scene.tokens[0]?.code();
  await driver.otp(code ?? '');
  expect(driver.view.step).toBe('done');
  expect(count(steps, { step: 'done' })).toBe(done + 1);
  expect(count('countersign_results_issued_total')).toBe(issued + 1);
});
