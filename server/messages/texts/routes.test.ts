import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { composeMail } from '../../composition/compose-mail.ts';
import { type Mail, mailBrand } from '../../kernel/mail.ts';
import { NO_TEXT_FILES } from '../../kernel/own-texts.ts';
import { resourceDocument, textsDocument } from '../../resources/documents.ts';
import { operatorContext } from '../../testing/as-operator.ts';
import { createFixture, type Fixture, ORIGIN, unwrap } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { ISSUER } from '../../testing/test-ports.ts';
import { listTexts } from './list-texts.ts';
import { compileTexts, readOwnTexts } from './read-own-texts.ts';
import { mailWithOwnTexts } from './with-own-texts.ts';

let service: Service;
let scene: Fixture;
let key: string;
beforeAll(async () => {
  service = await openService('texts');
});
afterAll(() => service.ports.close());
beforeEach(async () => {
  service.ports.courier.sent.length = 0;
  scene = await createFixture(service.ports, { resource: { name: 'Shop', passwordReset: true } });
  key = await service.keyFor(scene.account);
});

type Texts = Record<string, string | null>;
const change = (texts: Texts, language = 'en', id: string = scene.resource.id) =>
  service.call(`PATCH /v1/resources/${id}/texts`, { key, body: { language, texts } });
const frame = async (id: string = scene.resource.id, locale = 'en') => {
  const look = JSON.stringify({ theme: 'auto', locale, variables: {} });
  const answer = await service.call(
    `GET /widget/v1/frame?${new URLSearchParams({ resource: id, origin: ORIGIN, look })}`,
  );
  return (await answer.text()).replaceAll(/nonce="[^"]*"/g, '');
};
const page = async () => {
  const answer = await service.call(`GET /reset?resource=${scene.resource.id}&lang=en`);
  return (await answer.text()).replaceAll(/nonce="[^"]*"/g, '');
};
const stored = (language = 'en') =>
  service.ports.store.getMany(
    [resourceDocument.key(scene.resource.id), textsDocument.key(scene.resource.id, language)],
    service.ports.clock.now(),
  );

async function mailOf(mail: Pick<Mail, 'kind' | 'facts'>): Promise<ReturnType<typeof composeMail>> {
  const [resource] = await stored();
  if (!resource) throw new Error('The resource is gone.');
  const whole = { ...mail, to: 'ada@shop.example', language: 'en', brand: mailBrand(resource.value) } as Mail;
  await mailWithOwnTexts(service.ports.courier, service.ports).send(whole);
  return composeMail(service.ports.courier.sent.at(-1) ?? whole, ISSUER);
}
const SIGN_IN = { kind: 'sign-in-code', facts: { code: '492817', site: 'Shop', lifetimeMs: 300_000 } } as const;
const tags = (html: string) => html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));

// The attack: an administrator of a resource, or a stolen key, writes markup where users of the sign-in read text.
describe('SR-30: markup in an own text', () => {
  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</title><script>alert(1)</script>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '%name%%body%%foot%',
  ])('%s stays text in the frame, a page and a mail', async (attack) => {
    const before = { frame: await frame(), page: await page(), mail: await mailOf(SIGN_IN) };
    const changed = await change({
      'sign-in.identifyTitle': attack,
      'sign-in.privacy': attack,
      'pages.askTitle': attack,
      'mail.hello': attack,
      'mail.signInSubject': `${attack} {site}`,
    });
    expect(changed.status).toBe(200);
    const document = await frame();
    expect(
      tags(document.replace(/ data-texts="[^"]*"/, '').replace(/<link rel="modulepreload"[^>]*own-texts[^>]*>/, '')),
    ).toEqual(tags(before.frame));
    const data = /data-texts="([^"]*)"/.exec(document)?.[1] ?? '';
    expect(data).not.toMatch(/[<>']/);
    expect(document).toContain('<h1>');
    expect(tags(await page())).toEqual(tags(before.page));
    const mail = await mailOf(SIGN_IN);
    expect(tags(mail.html)).toEqual(tags(before.mail.html));
    expect(mail.text).toContain(attack);
    expect(mail.subject).toBe(`${attack} Shop`);
  });

  // The attack: a second header of a mail, another line of a text message, words that run backwards.
  test.each([
    'x {site}\r\nBcc: eve@evil.example',
    'x {site}\n',
    '\u202e{site}',
    '{site}\u2028',
    'no value',
    '{code} {site}',
  ])('%j is refused, and nothing is stored', async (text) => {
    const answer = await change({ 'mail.hello': 'Hi,', 'mail.signInSubject': text });
    expect(await refusalOf(answer)).toMatchObject({ status: 422, code: 'INPUT_INVALID' });
    expect((await stored())[1]).toBeUndefined();
  });
});

test('replaces texts in one language, in the frame, on pages and in mails, and takes ours back', async () => {
  const plain = { frame: await frame(), german: await frame(undefined, 'ar'), page: await page() };
  expect(plain.frame).not.toContain('data-texts');
  await change({
    'sign-in.identifyTitle': 'Welcome aboard',
    'pages.askTitle': 'Lost it?',
    'mail.signInSubject': '{site} calls',
  });
  const document = await frame();
  expect(document).toContain('<h1>Welcome aboard</h1>');
  expect(document).toContain('assets/own-texts-1.js');
  expect(document).toContain('&quot;sign-in.identifyTitle&quot;:&quot;Welcome aboard&quot;');
  expect(document).not.toContain('pages.askTitle');
  expect(await page()).toContain('<h1>Lost it?</h1>');
  expect((await mailOf(SIGN_IN)).subject).toBe('Shop calls');
  expect(await frame(undefined, 'ar')).toContain('<h1>دخول</h1>');

  const read = await service.call(`GET /v1/resources/${scene.resource.id}/texts?language=en`, { key });
  const { texts } = (await read.json()) as { texts: { key: string; ours: string; own: string | null }[] };
  expect(texts.find((one) => one.key === 'pages.askTitle')).toEqual({
    key: 'pages.askTitle',
    part: 'pages',
    variables: [],
    ours: 'Forgot your password?',
    own: 'Lost it?',
    inFiles: null,
  });
  const events = service.ports.store.commits.flatMap(({ change }) => change.append ?? []);
  expect(events.at(-1)).toMatchObject({ type: 'resource.updated', subject: scene.resource.id, changed: ['texts'] });

  await change({ 'sign-in.identifyTitle': null, 'pages.askTitle': null, 'mail.signInSubject': null });
  expect([await frame(), await page()]).toEqual([plain.frame, plain.page]);
  const [resource, own] = await stored();
  expect([resource?.value.texts, own]).toEqual([undefined, undefined]);
});

test('the frame asks for another language, and learns nothing of a resource that it does not know', async () => {
  await change({ 'sign-in.identifyTitle': 'Willkommen' }, 'de');
  const ask = async (resource: string, lang = 'de') =>
    (await service.call(`GET /widget/v1/texts.json?${new URLSearchParams({ resource, lang })}`)).json();
  expect(await ask(scene.resource.id)).toEqual({ lang: 'de', texts: { 'sign-in.identifyTitle': 'Willkommen' } });
  expect(await ask(scene.resource.id, 'fr')).toEqual({ lang: 'fr', texts: {} });
  for (const resource of ['res_00000000000', 'x', '']) expect(await ask(resource)).toEqual({ lang: 'de', texts: {} });
});

test('two changes at once both count, and a deleted resource leaves no texts', async () => {
  await Promise.all([change({ 'mail.hello': 'Hi,' }), change({ 'mail.ignore': 'Never mind.' })]);
  expect((await stored())[1]?.value.texts).toEqual({ 'mail.hello': 'Hi,', 'mail.ignore': 'Never mind.' });
  await service.call(`DELETE /v1/resources/${scene.resource.id}`, { key });
  expect(await stored()).toEqual([undefined, undefined]);
});

test('a resource has no more texts than a document can carry', async () => {
  const { texts } = (await (await service.call(`GET /v1/resources/${scene.resource.id}/texts`, { key })).json()) as {
    texts: { key: string; variables: string[] }[];
  };
  const plain = texts.filter(({ variables, key }) => variables.length === 0 && !key.startsWith('sms'));
  const statuses: number[] = [];
  for (const at of [0, 90, 180]) {
    const long = plain.slice(at, at + 90).map((one) => [one.key, 'x'.repeat(600)]);
    statuses.push((await change(Object.fromEntries(long))).status);
  }
  expect(statuses).toEqual([200, 422, 422]);
});

test('SR-67: the texts of one resource are in no mail of another', async () => {
  await change({ 'mail.hello': 'Hi from the shop,' });
  const other = await createFixture(service.ports, {});
  const mail: Mail = { ...SIGN_IN, to: 'a@b.example', language: 'en', brand: mailBrand(other.resource) };
  await mailWithOwnTexts(service.ports.courier, service.ports).send(mail);
  expect(composeMail(service.ports.courier.sent.at(-1) ?? mail, ISSUER).text).toMatch(/^Hello,/);
});

test('a mail has our texts if the store does not answer', async () => {
  await change({ 'mail.hello': 'Hi,' }, 'de');
  const [resource] = await stored();
  if (!resource) throw new Error('The resource is gone.');
  const mail: Mail = { ...SIGN_IN, to: 'a@b.example', language: 'de', brand: mailBrand(resource.value) };
  const replica = service.ports.replica();
  replica.store.intercept = { read: () => Promise.reject(new Error('down')) };
  await mailWithOwnTexts(service.ports.courier, replica).send(mail);
  expect(composeMail(service.ports.courier.sent.at(-1) ?? mail, ISSUER).text).toMatch(/^Guten Tag/);
  expect(replica.faults).toMatchObject([{ part: 'reading own texts' }]);
});

test('texts of the resource win over files of the resource, and these over the files for all', async () => {
  await change({ 'mail.hello': 'stored' });
  const [resource] = await stored();
  const file = (text: string, more = {}) => {
    const written = { 'mail.hello': text, ...more };
    return new Map([['en', { written, messages: compileTexts(written, 'en') }]]);
  };
  const ignore = { 'mail.ignore': 'of all' };
  const texts = {
    ...NO_TEXT_FILES,
    all: file('all', { ...ignore, 'mail.testText': 'of all' }),
    resources: new Map([[scene.resource.id, file('file', { 'mail.testText': 'of the file' })]]),
  };
  const own = await readOwnTexts({ ...service.ports, texts }, 'en', mailBrand(resource?.value ?? scene.resource).owner);
  expect([...(own ?? [])]).toEqual([
    ['mail.hello', 'stored'],
    ['mail.ignore', 'of all'],
    ['mail.testText', 'of the file'],
  ]);
  const listed = unwrap(
    await listTexts({ ...service.ports, texts }, operatorContext(scene.account), scene.resource.id, 'en'),
  );
  const shown = ['mail.hello', 'mail.ignore', 'mail.testText', 'mail.signInSubject'].map((name) => {
    const { inFiles, own: stored } = listed.texts.find((one) => one.key === name) ?? {};
    return [inFiles, stored];
  });
  expect(shown).toEqual([
    ['file', 'stored'],
    ['of all', undefined],
    ['of the file', undefined],
    [undefined, undefined],
  ]);
});

describe('a preview', () => {
  const preview = async (name: string, text: string, language = 'en') => {
    const body = { key: name, text, language };
    return service.call(`POST /v1/resources/${scene.resource.id}/texts/preview`, { key, body });
  };

  test('shows a mail as a whole, and stores nothing', async () => {
    const shown = (await (await preview('mail.unlockNotYou', 'Call us.')).json()) as {
      text: string;
      mail: { subject: string; html: string };
    };
    expect(shown.mail.subject).toBe('Unlock your token');
    expect(shown.text).toContain('\n\nCall us.\n\n');
    expect(shown.mail.html).toContain('<p>Call us.</p>');
    const named = (await (await preview('mail.signInSubject', 'Ahoy from {site}')).json()) as typeof shown;
    expect([named.mail.subject, named.text]).toEqual(['Ahoy from Shop', expect.stringContaining('sign in to Shop:')]);
    expect((await stored())[1]).toBeUndefined();
  });

  test('counts the parts of a text message', async () => {
    const gsm = await (await preview('sms.signIn', '{code} - {site}, {minutes} min')).json();
    expect(gsm).toMatchObject({ text: expect.stringMatching(/^492817 - Shop, 5 min\n\n@shop/), sms: { segments: 1 } });
    const long = await (await preview('sms.signIn', `${'ы'.repeat(60)} {code} {site} {minutes}`)).json();
    expect(long).toMatchObject({ sms: { alphabet: 'ucs2', segments: 2 } });
  });

  test('fills in a text of the widget, and refuses one that is none', async () => {
    const shown = await (await preview('sign-in.sentTo', 'Look at {destination}')).json();
    expect(shown).toEqual({ text: 'Look at •••42' });
    const counted = 'Not for {days, plural, one {# day} other {# days}}';
    expect(await (await preview('trust.trustBrowser', counted)).json()).toEqual({ text: 'Not for 30 days' });
    expect(await refusalOf(await preview('sign-in.sentTo', 'Look'))).toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('finds a mail for every text of mails', async () => {
    const { texts } = (await (await service.call(`GET /v1/resources/${scene.resource.id}/texts`, { key })).json()) as {
      texts: { key: string; ours: string }[];
    };
    for (const { key: name, ours } of texts.filter((one) => one.key.startsWith('mail.'))) {
      // One word of its own in each branch.
      const marked = ours.includes('plural') ? ours.replaceAll('#', '# qqq') : `qqq ${ours}`;
      const { text, mail } = (await (await preview(name, marked)).json()) as {
        text: string;
        mail: { html: string; subject: string };
      };
      expect([text, mail.html, mail.subject].join(' '), name).toContain('qqq');
    }
  });
});
