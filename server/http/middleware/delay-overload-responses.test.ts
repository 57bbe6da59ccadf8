import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { Overloaded } from '../../kernel/ports/password-hasher.ts';
import type { AppEnv } from '../context.ts';
import { onError } from '../problem.ts';
import { type DelayOptions, delayOverloadResponses } from './delay-overload-responses.ts';

function service(options: DelayOptions): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.onError(onError);
  app.use(delayOverloadResponses(options));
  app.get('/busy', () => {
    throw new Overloaded(1000);
  });
  app.get('/fine', (c) => c.text('fine'));
  return app;
}

describe('delayed OVERLOADED responses', () => {
  // SR-19
  test('delay each refusal to a client that retries at once, and nothing else', async () => {
    const waiting: { ms: number; done: () => void }[] = [];
    const wait = (ms: number) => new Promise<void>((done) => waiting.push({ ms, done }));
    const app = service({ holdMs: 500, wait });
    let answered = false;
    const busy = Promise.resolve(app.request('/busy')).then((response) => {
      answered = true;
      return response;
    });
    expect((await app.request('/fine')).status).toBe(200);
    expect(waiting.map(({ ms }) => ms)).toEqual([500]);
    expect(answered).toBe(false);
    waiting[0]?.done();
    expect((await busy).status).toBe(503);
  });

  // SR-19
  test('are bounded: a flood of connections does not pile up', async () => {
    const waiting: (() => void)[] = [];
    const app = service({ most: 2, wait: () => new Promise<void>((done) => waiting.push(done)) });
    const held = [app.request('/busy'), app.request('/busy')];
    expect((await app.request('/busy')).status).toBe(503);
    await expect.poll(() => waiting).toHaveLength(2);
    for (const done of waiting) done();
    for (const response of await Promise.all(held)) expect(response.status).toBe(503);
    // Their permits are free again.
    const next = app.request('/busy');
    await expect.poll(() => waiting).toHaveLength(3);
    waiting[2]?.();
    expect((await next).status).toBe(503);
  });

  test('do not wait for a client that disconnected', async () => {
    const app = service({ holdMs: 3_600_000 });
    const leaving = new AbortController();
    const answer = app.request('/busy', { signal: leaving.signal });
    leaving.abort();
    expect((await answer).status).toBe(503);
  });
});
