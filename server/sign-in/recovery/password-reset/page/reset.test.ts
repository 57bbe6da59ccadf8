import { setImmediate as nextTurn } from 'node:timers/promises';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { composeMail } from '../../../../composition/compose-mail.ts';
import { updateResource } from '../../../../testing/as-operator.ts';
import { fakeHash } from '../../../../testing/fake-hasher.ts';
import { createFixture, type Fixture, ORIGIN, PASSWORD, read } from '../../../../testing/fixtures.ts';
import { openService, type Service } from '../../../../testing/http-service.ts';
import { BREACHED_PASSWORD, ISSUER } from '../../../../testing/test-ports.ts';
import { userDocument } from '../../../../users/documents.ts';

let service: Service;
let scene: Fixture;
let host = 0;

beforeAll(async () => {
  service = await openService('reset');
});
afterAll(() => service.ports.close());
beforeEach(async () => {
  service.ports.courier.sent.length = 0;
  service.ports.courier.down = false;
  scene = await createFixture(service.ports, {
    resource: { passwordReset: true },
    user: { email: 'alice@shop.example' },
  });
});

interface Sent {
  fields: Record<string, string>;
  headers?: Record<string, string>;
}

function post(path: string, { fields, headers }: Sent): Promise<Response> {
  return service.call(`POST ${path}`, {
    text: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER, ...headers },
    from: `198.51.100.${1 + (host++ % 200)}`,
  });
}

const ask = (name: string, headers?: Record<string, string>) =>
  post('/reset', { fields: { resource: scene.resource.id, name, lang: 'en' }, ...omitUndefined({ headers }) });

/** The mail is sent after the response. */
async function mailed(): Promise<string> {
  await nextTurn();
  const mail = service.ports.courier.sent.at(-1);
  return mail ? composeMail(mail, ISSUER).text : '';
}

async function linkFor(): Promise<string> {
  await ask('alice');
  const link = /\/reset\/password\S+#(\S+)/.exec(await mailed())?.[1];
  if (link === undefined) throw new Error('no link in the mail');
  return link;
}

async function passwordHash(): Promise<string | undefined> {
  return (await read(service.ports, userDocument.key(scene.user.id))).passwordHash;
}

const NEW = 'seven quiet marmots';
const look = (link: string) => post('/reset/password', { fields: { link, lang: 'en' } });
const choose = (link: string, password = NEW, again = password, headers?: Record<string, string>) =>
  post('/reset/password', { fields: { link, password, again, lang: 'en' }, ...omitUndefined({ headers }) });

test('works from the request to the new password', async () => {
  const question = await service.call(`GET /reset?resource=${scene.resource.id}&lang=de`);
  expect(question.status).toBe(200);
  const html = await question.text();
  expect(html).toContain('Passwort vergessen?');

  expect(await (await ask('alice')).text()).toContain('Check your email');
  const link = /\/reset\/password\S+#(\S+)/.exec(await mailed())?.[1] ?? '';
  const form = await (await look(link)).text();
  expect(form).toContain('value="alice"');
  expect(form).toContain('At least 15 characters');
  expect((await choose(link)).status).toBe(200);
  expect(await passwordHash()).toBe(fakeHash(NEW));
  expect(await mailed()).toContain('was changed');
});

describe('the way back after the new password', () => {
  const done = async (origin?: string) => {
    await post('/reset', {
      fields: { resource: scene.resource.id, name: 'alice', lang: 'en', ...omitUndefined({ origin }) },
    });
    const link = /\/reset\/password\S+#(\S+)/.exec(await mailed())?.[1] ?? '';
    return (await choose(link)).text();
  };
  const wayBack = (html: string) => /<a class="primary" href="([^"]*)"([^>]*)>/.exec(html)?.slice(1);
  const change = (fields: Parameters<typeof updateResource>[3]) =>
    updateResource(service.ports, scene.account, scene.resource.id, fields);

  test('leads to the site, once, and gives it no login', async () => {
    const html = await done();
    expect(wayBack(html)).toEqual([ORIGIN, '']);
    expect(html).toContain('>Back to Shop</a>');
    expect(html.split(`href="${ORIGIN}"`)).toHaveLength(2);
    expect(html).not.toMatch(/alice|<script/);
  });

  // SR-11. The attack: a reset that the attacker requests leads its user to a page of the attacker.
  test.each(['https://evil.example', '//evil.example', 'javascript:alert(1)', `${ORIGIN}@evil.example`])(
    'SR-11: never leads to %s',
    async (origin) => {
      expect(wayBack(await done(origin))).toEqual([ORIGIN, '']);
    },
  );

  test('leads to the origin that the request came from, as long as the resource allows it', async () => {
    const other = 'https://other.example';
    await change({ allowedOrigins: [ORIGIN, other] });
    expect(wayBack(await done(other))).toEqual([other, '']);
    await ask('alice');
    await post('/reset', { fields: { resource: scene.resource.id, name: 'alice', lang: 'en', origin: other } });
    const link = /\/reset\/password\S+#(\S+)/.exec(await mailed())?.[1] ?? '';
    await change({ allowedOrigins: [ORIGIN] });
    expect(wayBack(await (await choose(link)).text())).toEqual([ORIGIN, '']);
  });

  test('hands the login to the tab where users sign in on a page of the service', async () => {
    await change({ redirectUris: [`${ORIGIN}/signed-in`] });
    const filled = ` data-key="countersign|login|${scene.resource.id}" data-login="alice"`;
    const html = await done();
    expect(wayBack(html)).toEqual([ORIGIN, filled]);
    expect(html.match(/<script[^>]*>/g)).toHaveLength(1);
  });

  test('leads to the self-service page that the request came from', async () => {
    await change({ selfService: { tokens: true, password: true, details: [], browsers: false } });
    expect(wayBack(await done(ISSUER))?.[0]).toBe(`/widget/v1/self?resource=${scene.resource.id}`);
  });

  test('is missing where no return is known', async () => {
    await change({ allowedOrigins: [] });
    const html = await done();
    expect(html).toContain('Your password is set');
    expect(html).not.toContain('<a ');
  });
});

// SR-40
describe('SR-40', () => {
  test('known and unknown names get the same page, byte for byte but for its nonce', async () => {
    const pages = await Promise.all(
      ['alice', 'nobody', 'usr_00000000000'].map(async (name) => {
        const answer = await ask(name);
        const text = await answer.text();
        return `${answer.status} ${text.replace(/nonce="[^"]+"/g, '')}`;
      }),
    );
    expect(new Set(pages).size).toBe(1);
  });

  test('an attacker’s Host header is in no link', async () => {
    await ask('alice', { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' });
    expect(await mailed()).toContain(`${ISSUER}/reset/password?lang=en&resource=${scene.resource.id}#`);
    expect(await mailed()).not.toContain('evil');
  });

  test('a mail program that opens the link first does not use it up', async () => {
    const link = await linkFor();
    for (let i = 0; i < 3; i++) expect((await look(link)).status).toBe(200);
    await choose(link);
    expect(await passwordHash()).toBe(fakeHash(NEW));
    const again = await look(link);
    expect(again.status).toBe(403);
    expect(await again.text()).toContain('This link is not valid');
  });

  test('reports a mailer that is down in the log and nowhere else', async () => {
    service.ports.courier.down = true;
    const answer = await ask('alice');
    expect(answer.status).toBe(200);
    await mailed();
    expect(service.log.text()).toContain('could not be sent');
  });

  test('logs neither the link, the name nor the password', async () => {
    const link = await linkFor();
    await look(link);
    await choose(link, 'canary-of-a-password-7');
    await ask('canary-of-a-name-8');
    await mailed();
    for (const text of [link.split('.')[1] ?? '', 'canary-of-a-password', 'canary-of-a-name']) {
      expect(service.log.text()).not.toContain(text);
    }
  });
});

test.each([
  ['another site', { origin: 'https://evil.example' }],
  ['a page without an origin', { origin: 'null' }],
  ['a neighbour', { 'sec-fetch-site': 'same-site' }],
])('a form that %s sends is refused before any work', async (_name, headers) => {
  const link = await linkFor();
  const before = service.ports.store.commits.length;
  for (const answer of [await ask('alice', headers), await choose(link, NEW, NEW, headers)]) {
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' });
  }
  expect(service.ports.store.commits.length).toBe(before);
  expect(await passwordHash()).toBe(fakeHash(PASSWORD));
});

test.each([
  ['too short', 'only fourteen!', 'only fourteen!', 'at least 15 characters'],
  ['common', 'password1234567', 'password1234567', 'one of the most common'],
  ['made of the login', 'alice@shop.2027', 'alice@shop.2027', 'made up of names'],
  ['stolen elsewhere', BREACHED_PASSWORD, BREACHED_PASSWORD, 'stolen and published'],
  ['mistyped once', NEW, 'seven quiet marmot', 'do not match'],
  ['missing', '', '', 'Enter a new password'],
  ['far too long', 'x'.repeat(5000), 'x'.repeat(5000), 'too long'],
])('a password that is %s is asked for again, with the reason', async (_name, password, again, said) => {
  const link = await linkFor();
  const answer = await choose(link, password, again);
  expect(answer.status).toBe(422);
  const html = await answer.text();
  expect(html).toContain(said);
  expect(html).toContain('aria-invalid="true"');
  if (password !== '') expect(html).not.toContain(password);
  expect((await choose(link)).status).toBe(200);
});

test('every page denies frames, other targets for its forms, and scripts but its own', async () => {
  const pages = [
    await service.call(`GET /reset?resource=${scene.resource.id}`),
    await service.call('GET /reset'),
    await look('not a link'),
    await look(await linkFor()),
  ];
  for (const [i, page] of pages.entries()) {
    const { headers } = page;
    // The form for a login fills it in, and the eye shows a password. A refusal has no script.
    const hasScript = i !== 2;
    const scripts = hasScript ? "script-src 'nonce-[\\w-]{24}'; " : '';
    expect((await page.text()).match(/<script[^>]*>/g) ?? []).toHaveLength(hasScript ? 1 : 0);
    expect(headers.get('content-security-policy')).toMatch(
      new RegExp(
        `^default-src 'none'; ${scripts}style-src 'nonce-[\\w-]{24}'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$`,
      ),
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('strict-origin');
  }
});

test('SR-30: typed and linked text stays text', async () => {
  const hostile = '"><img src=x onerror=alert(1)>';
  const page = await service.call(
    `GET /reset?resource=${encodeURIComponent(hostile)}&lang=${encodeURIComponent(hostile)}`,
  );
  expect(await page.text()).not.toContain('<img');
  expect(await (await ask(hostile)).text()).not.toContain('<img');
});

test('SR-57: refuses a repeated field, an unknown field and another media type', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER };
  const send = (text: string, more = {}) => service.call('POST /reset', { text, headers: { ...headers, ...more } });
  expect((await send(`resource=${scene.resource.id}&name=a&name=b`)).status).toBe(400);
  expect((await send(`resource=${scene.resource.id}&name=a&role=superuser`)).status).toBe(422);
  expect((await send('{}', { 'content-type': 'application/json' })).status).toBe(415);
});

test('SR-3: an outage shows an error page, and sets nothing', async () => {
  const link = await linkFor();
  service.ports.hasher.during = () => {
    throw new Error('out of memory');
  };
  const answer = await choose(link);
  service.ports.hasher.during = undefined;
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain('Try again in a moment');
  expect(await passwordHash()).toBe(fakeHash(PASSWORD));
});

// SR-69
test('after a reset by mail the API shows that the user needs confirmation, and accepts it', async () => {
  const key = await service.keyFor(scene.account);
  const shown = async () => (await service.call(`GET /v1/users/${scene.user.id}`, { key })).json();
  expect(await shown()).not.toHaveProperty('needsConfirmation');
  expect((await choose(await linkFor())).status).toBe(200);
  expect(await shown()).toMatchObject({ needsConfirmation: true });
  const change = (needsConfirmation: boolean) =>
    service.call(`PATCH /v1/users/${scene.user.id}`, { key, body: { needsConfirmation } });
  expect((await change(true)).status).toBe(422);
  expect(await shown()).toMatchObject({ needsConfirmation: true });
  expect((await change(false)).status).toBe(200);
  expect(await shown()).not.toHaveProperty('needsConfirmation');
});

// SR-49, SR-69
test('a resource warns about a code alone, and about codes to the mailbox of the reset', async () => {
  const key = await service.keyFor(scene.account);
  const made = await service.call('POST /v1/resources', { key, body: { name: 'Gate', methodPolicy: 'otp' } });
  expect(await made.json()).toMatchObject({ passwordReset: false, warnings: ['OTP_ONLY_CAN_BE_LOCKED_OUT'] });
  const other = await service.call(`GET /v1/resources/${scene.resource.id}`, { key });
  expect(await other.json()).toMatchObject({ passwordReset: true, warnings: ['MAILBOX_RESETS_AND_CODES'] });
});

test('the frame links to the reset only where the resource offers it', async () => {
  const frame = async (resource: string) =>
    (await service.call(`GET /widget/v1/frame?resource=${resource}&origin=https://shop.example`)).text();
  expect(await frame(scene.resource.id)).toContain('<html lang="en" data-reset>');
  expect(await frame((await createFixture(service.ports)).resource.id)).toContain('<html lang="en">');
});

test('a site imports its users over the API', async () => {
  const key = await service.keyFor(scene.account);
  const make = async (login: string, passwordHash: unknown) => {
    const answer = await service.call('POST /v1/users', { key, body: { login, passwordHash } });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const parts = { encoding: 'hex', hash: 'ab'.repeat(32), salt: 's' };
  const rounds = ['{salt}{password}'];
  const taken = await make('old-1', { format: 'digest', algorithm: 'sha256', rounds, ...parts });
  expect(taken).toMatchObject({ status: 201, body: { hasPassword: true } });
  expect(JSON.stringify(taken.body)).not.toContain('abab');
  const absurd = { format: 'scrypt', cost: 2 ** 30, blockSize: 8, parallelism: 1, ...parts };
  expect(await make('old-2', absurd)).toMatchObject({ status: 422, body: { code: 'PASSWORD_HASH_INVALID' } });
  expect(await make('old-3', { format: 'rot13', ...parts })).toMatchObject({ body: { code: 'INPUT_INVALID' } });
});
