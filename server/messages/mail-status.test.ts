import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAIL_FAILURES } from '../kernel/mail.ts';
import { FakeMailer } from '../testing/fake-senders.ts';
import { openTestPorts } from '../testing/test-ports.ts';
import { mailStatusDocument } from './documents.ts';
import { isNews, type MailOutcome, withOutcome } from './mail-status.ts';
import { recordMailStatus } from './record-mail-status.ts';

const outcome = fc.constantFrom<MailOutcome>('sent', ...MAIL_FAILURES);

test('an outcome is news if it differs from the last one, or after a minute', () => {
  const last = fc.option(fc.record({ outcome, at: fc.nat(200_000) }), { nil: undefined });
  fc.assert(
    fc.property(last, outcome, fc.nat(200_000), (before, what, now) => {
      const isOld = before === undefined || now < before.at || now - before.at >= 60_000;
      expect(isNews(before, what, now)).toBe(isOld || before?.outcome !== what);
    }),
  );
});

test('a success leaves the last failure to see, and a failure the last success', () => {
  const failed = withOutcome({ lastSuccessAt: 1 }, 'timeout', 2);
  expect(failed).toEqual({ lastSuccessAt: 1, lastFailure: { at: 2, cause: 'timeout' } });
  expect(withOutcome(failed, 'sent', 3)).toEqual({ ...failed, lastSuccessAt: 3 });
});

test('many mails cost few commits, and a failed record fails no mail', async () => {
  const ports = await openTestPorts('mail-status');
  const mailer = new FakeMailer();
  const recorded: Promise<void>[] = [];
  const courier = recordMailStatus(mailer, ports, (done) => recorded.push(done));
  const mail = {
    kind: 'confirmation-code',
    to: 'ada@shop.example',
    language: 'en',
    facts: { code: '1', lifetimeMs: 1 },
  } as const;
  const before = ports.store.commits.length;
  for (let i = 0; i < 50; i++) await courier.send(mail);
  await Promise.all(recorded);
  mailer.down = true;
  for (let i = 0; i < 50; i++) await expect(courier.send(mail)).rejects.toThrow('down');
  await Promise.all(recorded);
  expect(ports.store.commits.length - before).toBe(2);
  const [status] = await ports.store.getMany([mailStatusDocument.key()], 0);
  const now = ports.clock.now();
  expect(status?.value).toEqual({ lastSuccessAt: now, lastFailure: { at: now, cause: 'unreachable' } });
  ports.store.intercept.commit = () => Promise.reject(new Error('the store is gone'));
  mailer.down = false;
  await courier.send(mail);
  await Promise.all(recorded);
  expect(ports.faults).toMatchObject([{ part: 'recording the state of mail' }]);
  ports.store.intercept = {};
  await ports.close();
});
