import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeMail } from '../../composition/compose-mail.ts';
import { createDemoMailbox } from '../../platform/demo-mailbox/demo-mailbox.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { FakeClock } from '../../testing/test-ports.ts';
import { demoMailbox } from './mailbox.ts';

const ATTACKS = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '</pre><svg/onload=alert(1)>'];
const mailbox = createDemoMailbox({
  url: 'http://localhost:8080',
  compose: (mail) => composeMail(mail, 'http://localhost:8080'),
  clock: new FakeClock(),
  most: 3,
});
const page = () => demoMailbox(mailbox).request('http://localhost:8080/mailbox');

let service: Service;
beforeAll(async () => {
  service = await openService('mailbox');
});
afterAll(() => service.ports.close());

test('shows the last messages, newest first, with their link', async () => {
  expect(await (await page()).text()).toContain('Nothing yet');
  for (const login of ['ann', 'ben', 'cleo', 'dana']) {
    const facts = { login, path: `/reset#${login}`, lifetimeMs: 600_000 };
    await mailbox.send({ kind: 'password-reset', to: `${login}@example.com`, language: 'en', facts });
  }
  const text = await (await page()).text();
  expect([...text.matchAll(/To (\w+)@/g)].map(([, name]) => name)).toEqual(['dana', 'cleo', 'ben']);
  expect(text).toContain('<a href="http://localhost:8080/reset#dana">');
});

test('SR-30: markup in a mail stays text, behind a policy without script', async () => {
  for (const attack of ATTACKS) {
    const facts = { account: attack, inviter: attack, path: '/x', expiresAt: 0 };
    await mailbox.send({ kind: 'administrator-invitation', to: attack, language: 'en', facts });
  }
  const answer = await page();
  const text = await answer.text();
  expect(text).not.toMatch(/<(?:script|img|svg)/);
  expect(text).toContain('&lt;script&gt;');
  const csp = answer.headers.get('content-security-policy') ?? '';
  expect(csp).toContain("default-src 'none'");
  expect(csp).toContain("frame-ancestors 'none'");
  expect(csp).not.toMatch(/unsafe|script-src/);
});

test('does not exist without the demo', async () => {
  const answer = await service.call('GET /demo/mailbox');
  expect(await refusalOf(answer)).toEqual({ status: 404, code: 'NOT_FOUND' });
});
