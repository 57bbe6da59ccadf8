import { afterAll, beforeAll, expect, test } from 'vitest';
import { openService, type Service } from '../../testing/http-service.ts';
import { demoWelcome } from './welcome.ts';

let service: Service;
beforeAll(async () => {
  service = await openService('welcome');
});
afterAll(() => service.ports.close());

const ask = (shop?: string) => demoWelcome(shop).request('http://localhost:8080/');
const linksIn = (text: string) => [...text.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href);

test('the root of the demo leads to the shop, the console, the mailbox, the documents and the API', async () => {
  const text = await (await ask('http://127.0.0.1:8081')).text();
  expect(linksIn(text)).toEqual(['http://127.0.0.1:8081', '/console', '/demo/mailbox', '/docs/', '/v1']);
  expect(linksIn(await (await ask()).text())).toEqual(['/console', '/demo/mailbox', '/docs/', '/v1']);
});

test('SR-30: the address of the shop stays an address, behind a policy without script', async () => {
  const answer = await ask('"><script>alert(1)</script>');
  expect(await answer.text()).not.toContain('<script>');
  const csp = answer.headers.get('content-security-policy') ?? '';
  expect(csp).toContain("default-src 'none'");
  expect(csp).not.toMatch(/unsafe|script-src/);
});

test('without the demo the root leads to the console, as before', async () => {
  const answer = await service.call('GET /');
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/console']);
});
