import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeMail } from '../../../../composition/compose-mail.ts';
import { MAIL_LANGUAGES, type MailLanguage } from '../../../../kernel/mail.ts';
import { createFixture, type Fixture, wrongCode } from '../../../../testing/fixtures.ts';
import { openService, type Service } from '../../../../testing/http-service.ts';
import { LoginDriver } from '../../../../testing/login-driver.ts';
import { ISSUER } from '../../../../testing/test-ports.ts';

const LOGIN = 'alice';
const EMAIL = 'alice@shop.example';
let service: Service;
beforeAll(async () => {
  service = await openService('secret-links');
});
afterAll(() => service.ports.close());

function post(path: string, fields: Record<string, string>): Promise<Response> {
  return service.call(`POST ${path}`, {
    text: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER },
  });
}

async function mailedUrl(): Promise<URL> {
  await nextTurn();
  const mail = service.ports.courier.sent.at(-1);
  return new URL((mail && composeMail(mail, ISSUER).link) ?? '');
}

async function askReset(lang: MailLanguage): Promise<URL> {
  const scene = await createFixture(service.ports, { resource: { passwordReset: true }, user: { email: EMAIL } });
  await post('/reset', { resource: scene.resource.id, name: LOGIN, lang });
  return mailedUrl();
}

async function lockOut(): Promise<{ scene: Fixture; walk: LoginDriver }> {
  const scene = await createFixture(service.ports, {
    tokens: [{}],
    resource: { enrolment: { kinds: ['totp'], required: false, unlockByMail: true } },
    user: { email: EMAIL },
  });
  const walk = await LoginDriver.toOtp(scene);
  for (let i = 0; walk.view.step === 'otp'; i++) await walk.otp(await wrongCode(scene, i));
  return { scene, walk };
}

async function askUnlock(lang: MailLanguage): Promise<URL> {
  const { walk } = await lockOut();
  await walk.askUnlock(lang);
  return mailedUrl();
}

const KINDS = [
  { path: '/reset/password', ask: askReset },
  { path: '/unlock', ask: askUnlock },
];
const secretOf = ({ hash, searchParams }: URL) => hash.slice(1) || (searchParams.get('link') ?? '');
const withoutNonce = (text: string) => text.replace(/nonce="[^"]+"/g, '');

// SR-40. The attack: read the log of a proxy or a Referer, and open the links found there.
describe.each(KINDS)('SR-40: the secret of a link to $path', ({ path, ask }) => {
  test.each(MAIL_LANGUAGES)('is in the URL fragment, so no server and no log gets it (%s)', async (lang) => {
    const { pathname, search, hash } = await ask(lang);
    expect(pathname).toBe(path);
    expect(search).toMatch(new RegExp(`^\\?lang=${lang}&resource=res_[0-9a-z]{11}$`));
    expect(hash).toMatch(/^#usr_[0-9a-z]{11}\.[\w-]{32}$/);
  });

  test('is refused in the query, and not logged there', async () => {
    const link = secretOf(await ask('en'));
    const from = service.ports.store.commits.length;
    const bare = await (await service.call(`GET ${path}`)).text();
    const asked = await (await service.call(`GET ${path}?link=${link}&lang=en`)).text();
    expect(withoutNonce(asked)).toBe(withoutNonce(bare));
    expect(asked).not.toContain(LOGIN);
    expect(service.ports.store.commits.length).toBe(from);
    expect(service.log.text()).not.toContain(link.split('.')[1]);
  });

  test('opens the page in the body of a request, without being used up', async () => {
    const link = secretOf(await ask('en'));
    for (let i = 0; i < 3; i++) {
      const page = await post(path, { link, lang: 'en' });
      expect(page.status).toBe(200);
      expect(await page.text()).toContain(`value="${LOGIN}"`);
    }
  });

  test('that is missing or wrong is refused in plain words', async () => {
    for (const link of ['', `usr_00000000000.${'A'.repeat(32)}`]) {
      const page = await post(path, { link, lang: 'en' });
      expect(page.status).toBe(403);
      const text = await page.text();
      expect(text).toContain('This link is not valid');
      expect(text).toContain('ask for another');
    }
  });

  test('is read by the one script of the page, which its policy names by a nonce', async () => {
    const page = await service.call(`GET ${path}?lang=de`);
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toContain('Diese Seite braucht JavaScript');
    const [, nonce] = /^default-src 'none'; script-src 'nonce-([\w-]{24})'; style-src /.exec(
      page.headers.get('content-security-policy') ?? '',
    ) ?? ['', 'none'];
    expect([...text.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)).toEqual([`<script nonce="${nonce}">`]);
  });
});

test('SR-40: a token is unlocked by the button, not by opening the link', async () => {
  const { scene, walk } = await lockOut();
  await walk.askUnlock('en');
  const link = secretOf(await mailedUrl());
  const isLocked = async () => (await scene.tokens[0]?.stored())?.lock !== undefined;
  await post('/unlock', { link, lang: 'en' });
  expect(await isLocked()).toBe(true);
  const done = await post('/unlock', { link, lang: 'en', confirmed: 'yes' });
  const page = await done.text();
  expect(page).toContain('Your token is unlocked');
  expect(page).toContain('>Back to Shop</a>');
  expect(await isLocked()).toBe(false);
});
