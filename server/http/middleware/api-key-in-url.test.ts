import { describe, expect, test } from 'vitest';
import { appWith } from '../../testing/http-app.ts';
import { accessLog } from './access-log.ts';
import { refuseApiKeyInUrl } from './api-key-in-url.ts';

function protectedApp() {
  const created = appWith(accessLog(), refuseApiKeyInUrl());
  created.app.all('*', (c) => c.text('served'));
  return created;
}

// SR-26
describe('an API key in a URL', () => {
  test.each([
    '/v1/users?api_key=canary',
    '/v1/users?apikey=canary',
    '/v1/users?API-Key=canary',
    '/v1/users?access_token=canary',
    '/v1/users?key=canary',
    '/v1/users?%61pi_key=canary',
    '/v1/users?x=csk_canary',
    '/v1/users?x=CSK_canary',
    '/v1/users?x=%63sk_canary',
    '/v1/users?csk_canary',
    '/v1/csk_canary/users',
    '/v1/users?x=Bearer%20csk_canary',
    '/v1/%63sk_canary',
    '/v1/users?a=1&b=2&api_key=',
  ])('%s is refused and its value is in no log', async (path) => {
    const { app, captured } = protectedApp();
    for (const method of ['GET', 'POST']) {
      const answer = await app.request(path, { method });
      expect(answer.status).toBe(400);
      const body = await answer.text();
      expect(JSON.parse(body)).toMatchObject({ code: 'API_KEY_IN_URL' });
      expect(body).not.toContain('canary');
    }
    expect(captured.lines()).toHaveLength(2);
    expect(captured.text()).not.toContain('canary');
  });

  test.each([
    '/v1/users',
    '/v1/users?after=abc&limit=10',
    '/v1/keys',
    '/v1/users?keyword=x&monkey=1',
    '/v1/task_list',
    '/v1/users?handle=Zq-8csk_x',
  ])('%s has none and is served', async (path) => {
    expect(await (await protectedApp().app.request(path)).text()).toBe('served');
  });
});
