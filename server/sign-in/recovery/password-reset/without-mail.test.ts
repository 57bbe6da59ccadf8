import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { operatorContext } from '../../../testing/as-operator.ts';
import { createFixture, type Fixture, unwrap } from '../../../testing/fixtures.ts';
import { openService, type Service } from '../../../testing/http-service.ts';
import { ISSUER } from '../../../testing/test-ports.ts';
import { passwordResetDocument } from './documents.ts';
import { startPasswordReset } from './start-password-reset.ts';

let service: Service;
let scene: Fixture;
beforeAll(async () => {
  service = await openService('without-mail');
});
afterAll(() => service.ports.close());
beforeEach(async () => {
  delete service.ports.courier.isAbsent;
  scene = await createFixture(service.ports, {
    resource: { passwordReset: true },
    user: { email: 'alice@shop.example' },
  });
});

const start = () =>
  startPasswordReset(service.ports, operatorContext(scene.account), scene.user.id, { language: 'en' });

// SR-40. The attack: without mail a known name fails, an unknown one does not.
describe('SR-40: without mail', () => {
  test('known and unknown names get the same page, which says what to do, and cost the same', async () => {
    service.ports.courier.isAbsent = true;
    const answers = [];
    for (const name of ['alice', 'alice@shop.example', 'nobody', 'usr_00000000000']) {
      const before = service.ports.store.commits.length;
      const answer = await service.call('POST /reset', {
        text: new URLSearchParams({ resource: scene.resource.id, name, lang: 'en' }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER },
        from: '198.51.100.7',
      });
      const text = (await answer.text()).replace(/nonce="[^"]+"/g, '');
      answers.push(`${answer.status} ${service.ports.store.commits.length - before} ${text}`);
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^409 0 /);
    expect(answers[0]).toContain('This service sends no email. Ask the site’s administrator');
  });

  test('the page asks for no name', async () => {
    service.ports.courier.isAbsent = true;
    const page = await service.call(`GET /reset?resource=${scene.resource.id}&lang=de`);
    expect(page.status).toBe(409);
    const text = await page.text();
    expect(text).toContain('Dieser Dienst verschickt keine E-Mails.');
    expect(text).not.toContain('<form');
  });
});

test('an administrator is told why no link is mailed, and the link that the user has still works', async () => {
  unwrap(await start());
  const [before] = await service.ports.store.getMany([passwordResetDocument.key(scene.user.id)], 0);
  service.ports.courier.isAbsent = true;
  expect(await start()).toEqual({ refused: 'MAIL_NOT_CONFIGURED' });
  const [after] = await service.ports.store.getMany([passwordResetDocument.key(scene.user.id)], 0);
  expect(after?.value).toEqual(before?.value);
});
