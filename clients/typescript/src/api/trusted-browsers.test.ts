import { expect, test } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import { type Answer, json, scriptedFetch } from '../../testing/scripted-fetch.ts';
import { createClient } from './client.ts';

const nothing: Answer = () => new Response(null, { status: 204 });

test('the trust in browsers is listed, and ended one by one or together', async () => {
  const trusted = {
    browsers: [{ id: 'tbr_1', resource: 'res_1', createdAt: 1, usedAt: 2, expiresAt: 3, address: '203.0.113.7' }],
  };
  const { fetch, requests } = scriptedFetch(json(trusted), json({ browsers: null }), nothing, nothing);
  const { users } = createClient({ url: 'https://auth.example', apiKey: 'key_0123456789a.secret', fetch });
  expect(await users.trustedBrowsers('usr_1')).toEqual(trusted);
  expect((await refusalOf(users.trustedBrowsers('usr_1'))).code).toBe('RESPONSE_INVALID');
  await users.endBrowserTrust('usr_1', { browser: 'tbr_1' });
  await users.endBrowserTrust('usr_1');
  expect(requests.slice(2).map(({ method, url }) => `${method} ${url}`)).toEqual([
    'DELETE https://auth.example/v1/users/usr_1/trusted-browsers?browser=tbr_1',
    'DELETE https://auth.example/v1/users/usr_1/trusted-browsers',
  ]);
});
