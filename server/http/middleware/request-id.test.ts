import { describe, expect, test } from 'vitest';
import { appWith } from '../../testing/http-app.ts';

describe('request id', () => {
  test('ignores a request id from the client', async () => {
    const { app, captured } = appWith();
    app.get('/', (c) => {
      c.get('log').info('seen');
      return c.text(c.get('requestId'));
    });
    const forged = '00000000-0000-4000-8000-000000000000';
    const answer = await app.request('/', { headers: { 'x-request-id': forged, 'request-id': forged } });
    const id = await answer.text();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(id).not.toBe(forged);
    expect(answer.headers.get('x-request-id')).toBe(id);
    expect(captured.lines()).toMatchObject([{ requestId: id, msg: 'seen' }]);
    expect(captured.text()).not.toContain(forged);
  });

  test('is unique', async () => {
    const { app } = appWith();
    app.get('/', (c) => c.text(c.get('requestId')));
    const ids = await Promise.all(Array.from({ length: 50 }, async () => (await app.request('/')).text()));
    expect(new Set(ids).size).toBe(50);
  });

  test('is in errors too', async () => {
    const { app } = appWith();
    app.get('/', () => {
      throw new Error('boom');
    });
    const answer = await app.request('/');
    expect(((await answer.json()) as { requestId: string }).requestId).toBe(answer.headers.get('x-request-id'));
  });
});
