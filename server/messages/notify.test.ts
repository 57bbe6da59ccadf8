import { expect, test } from 'vitest';
import { composeMail } from '../composition/compose-mail.ts';
import type { AccountId } from '../kernel/ids.ts';
import { MAIL_LANGUAGES, type Mail, mailBrand } from '../kernel/mail.ts';
import { MailerUnavailable } from '../kernel/ports/mailer.ts';
import { createFixture } from '../testing/fixtures.ts';
import { openTestPorts } from '../testing/test-ports.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { notify, sendNotice } from './notify.ts';

test('a notice is sent if there is mail, and is no failed mail if there is none', async () => {
  const ports = await openTestPorts('notify');
  const { account } = await createFixture(ports);
  const to = { account, email: 'ada@shop.example', language: 'en' };
  ports.courier.isAbsent = true;
  ports.courier.down = true;
  await sendNotice(ports, to, 'password', {});
  ports.courier.down = false;
  await sendNotice(ports, to, 'password', {});
  expect(ports.courier.sent).toEqual([]);
  delete ports.courier.isAbsent;
  await sendNotice(ports, to, 'password', {});
  expect(ports.courier.sent.map((mail) => mail.to)).toEqual(['ada@shop.example']);
  await ports.close();
});

test('a notice that fails is reported, and fails nothing else', async () => {
  const ports = await openTestPorts('notify-failed');
  const { account } = await createFixture(ports);
  ports.courier.down = true;
  notify(ports, { account, email: 'ada@shop.example', language: 'en' }, 'password', {});
  await waitUntil('it is reported', () => ports.faults.length > 0);
  expect(ports.faults).toEqual([{ part: 'a notice', error: expect.any(MailerUnavailable) }]);
  await ports.close();
});

test('SR-38: a notice names whom to contact: the resource, or the account if it is about none', async () => {
  const ports = await openTestPorts('notify-site');
  const { account, resource } = await createFixture(ports);
  const to = { account, email: 'ada@shop.example', language: 'en' };
  await sendNotice(ports, to, 'email', {});
  await sendNotice(ports, { ...to, brand: mailBrand(resource) }, 'email', {});
  const [ofAccount, ofResource] = ports.courier.sent.map((mail) => composeMail(mail, 'https://auth.example').text);
  expect(ofAccount).toContain('If this was not you, contact Acme at once.');
  expect(ofResource).toContain(`If this was not you, contact ${resource.name} at once.`);
  const lost = sendNotice(ports, { ...to, account: 'acc_nowhere' as AccountId }, 'email', {});
  await expect(lost).rejects.toThrow('Account acc_nowhere not found.');
  await ports.close();
});

test.each(MAIL_LANGUAGES)('SR-38: what a user did not start names the site in %s', (language) => {
  const about = { to: 'ada@shop.example', language };
  const site = 'Harbour Shop';
  const mails: Mail[] = [
    { ...about, kind: 'security-notice', facts: { change: 'password', site, at: 0 } },
    { ...about, kind: 'new-sign-in', facts: { login: 'ada', site, at: 0, path: '/x', lifetimeMs: 1 } },
    { ...about, kind: 'transaction-code', facts: { code: '492817', site, lifetimeMs: 1, confirms: [] } },
  ];
  const named = mails.map((mail) => composeMail(mail, 'https://auth.example').text.split(site).length - 1);
  expect(named).toEqual([1, 2, 2]);
});
