import { expect, test } from 'vitest';
import { openService } from '../../testing/http-service.ts';
import { waitUntil } from '../../testing/wait-until.ts';
import { metricsRoutes } from './metrics.ts';

const faults: unknown[] = [];
const report = async () => ({ text: 'countersign_ready 1\n', contentType: 'text/plain; version=0.0.4' });
const appOn = (isLoopback: boolean, read: () => ReturnType<typeof report> = report) =>
  metricsRoutes({ report: read, isLoopback, onFault: (error) => faults.push(error) });
const read = (isLoopback: boolean, host: string, path = '/metrics') =>
  appOn(isLoopback).request(path, { headers: { host } });

// SR-59: how a guessing attack goes is for the operator alone.
test('the public listener has no metrics, under any path', async () => {
  const service = await openService('no-metrics');
  try {
    for (const path of ['/metrics', '/metrics/', '/v1/metrics', '/widget/metrics', '/health/metrics', '//metrics']) {
      const answer = await service.call(`GET ${path}`);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(await answer.text()).not.toContain('countersign_');
    }
  } finally {
    await service.ports.close();
  }
});

// SR-59: an administrator's browser runs on the same machine as the service, or reaches its loopback through a tunnel.
test('a page that rebinds its own name to loopback reads nothing', async () => {
  for (const host of ['evil.example', 'evil.example:9464', 'localhost.evil.example', '127.0.0.1.evil.example']) {
    const answer = await read(true, host);
    expect([host, answer.status, await answer.text()]).toEqual([host, 404, 'Not found.']);
  }
});

test('a scraper reads them under the address of the listener', async () => {
  for (const host of ['localhost:9464', '127.0.0.1:9464', '[::1]:9464', '10.1.2.3']) {
    const answer = await read(true, host);
    expect([host, answer.status]).toEqual([host, 200]);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  }
  // Inside a cluster the scraper uses a name.
  expect((await read(false, 'countersign.monitoring.svc:9464')).status).toBe(200);
});

// SR-65: each report writes to the store, and any process of the machine reaches loopback.
test('scrapes at the same time share one report, and a failed one is not kept', async () => {
  let reports = 0;
  const finish: (() => void)[] = [];
  const app = appOn(false, async () => {
    reports += 1;
    if (reports === 2) throw new Error('gone');
    await new Promise<void>((resolve) => finish.push(resolve));
    return report();
  });
  const scrapes = Array.from({ length: 50 }, () => app.request('/metrics'));
  await waitUntil('the first is being read', () => finish.length === 1);
  finish[0]?.();
  expect(new Set((await Promise.all(scrapes)).map(({ status }) => status))).toEqual(new Set([200]));
  expect(reports).toBe(1);
  expect((await app.request('/metrics')).status).toBe(500);
  expect(faults.splice(0)).toEqual([new Error('gone')]);
  const next = app.request('/metrics');
  await waitUntil('the next is being read', () => finish.length === 2);
  finish[1]?.();
  expect((await next).status).toBe(200);
});

test('there is nothing else on that listener', async () => {
  for (const path of ['/', '/health/ready', '/v1', '/metrics/x']) {
    expect((await read(true, 'localhost', path)).status).toBe(404);
  }
  expect((await appOn(false).request('/metrics', { method: 'POST' })).status).toBe(404);
});

// SR-59
test('an error is told to the operator and not to the client', async () => {
  const failing = appOn(false, () => Promise.reject(new Error('redis://user:canary@host')));
  const answer = await failing.request('/metrics');
  expect(answer.status).toBe(500);
  expect(await answer.text()).toBe('The metrics cannot be read.');
  expect(faults).toEqual([new Error('redis://user:canary@host')]);
});
