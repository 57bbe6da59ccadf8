import { describe, expect, test, vi } from 'vitest';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type Store, StoreUnavailable } from '../../kernel/ports/store.ts';
import { appWith } from '../../testing/http-app.ts';
import { createReadiness } from '../readiness.ts';
import { healthRoutes } from './health.ts';

function healthy(check: Store['check'], timeoutMs = 2000) {
  const readiness = createReadiness();
  const store = new Proxy({} as Ports['store'], {
    get(_, verb) {
      if (verb === 'check') return check;
      throw new Error(`health must not use ${String(verb)}`);
    },
  });
  const { app, captured } = appWith();
  app.route('/', healthRoutes({ store }, readiness, { timeoutMs }));
  return { app, readiness, captured };
}

// SR-55
describe('health', () => {
  test('liveness never touches the store, also during an outage and while stopping', async () => {
    const check = vi.fn(() => Promise.reject(new StoreUnavailable('down')));
    const { app, readiness } = healthy(check);
    readiness.ready = false;
    const answer = await app.request('/health/live');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'live' });
    expect(check).not.toHaveBeenCalled();
  });

  test('readiness checks the store', async () => {
    const check = vi.fn(() => Promise.resolve());
    const answer = await healthy(check).app.request('/health/ready');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ready' });
    expect(check).toHaveBeenCalledTimes(1);
  });

  test('readiness fails with the store, and hides the reason from the client', async () => {
    const { app, captured } = healthy(() => Promise.reject(new StoreUnavailable('canary at 10.0.0.5')));
    const answer = await app.request('/health/ready');
    expect(answer.status).toBe(503);
    const body = await answer.text();
    expect(JSON.parse(body)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(body).not.toContain('canary');
    expect(captured.text()).toContain('canary');
  });

  test('a store that does not respond is down after the timeout, and checked again by the next probe', async () => {
    const check = vi.fn(() => new Promise<void>(() => {}));
    const { app } = healthy(check, 20);
    expect((await app.request('/health/ready')).status).toBe(503);
    check.mockImplementation(() => Promise.resolve());
    expect((await app.request('/health/ready')).status).toBe(200);
  });

  test('a flood of probes is one check of the store', async () => {
    let answer = () => {};
    const check = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
    const { app } = healthy(check);
    const probes = Array.from({ length: 50 }, () => app.request('/health/ready'));
    await expect.poll(() => check.mock.calls.length).toBeGreaterThan(0);
    answer();
    expect((await Promise.all(probes)).every(({ status }) => status === 200)).toBe(true);
    expect(check).toHaveBeenCalledTimes(1);
  });

  // SR-54
  test('readiness fails as soon as the service stops, also for a running probe', async () => {
    let answer = () => {};
    const check = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
    const { app, readiness } = healthy(check);
    const probe = app.request('/health/ready');
    await expect.poll(() => check.mock.calls.length).toBeGreaterThan(0);
    readiness.ready = false;
    answer();
    expect((await probe).status).toBe(503);
    expect((await app.request('/health/ready')).status).toBe(503);
    expect(check).toHaveBeenCalledTimes(1);
  });
});
