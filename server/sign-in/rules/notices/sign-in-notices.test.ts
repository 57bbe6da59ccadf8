import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { administratorDocument } from '../../../administrators/documents.ts';
import { composeMail } from '../../../composition/compose-mail.ts';
import type { AccountEvent } from '../../../kernel/event.ts';
import type { FlowId } from '../../../kernel/ids.ts';
import type { Mail } from '../../../kernel/mail.ts';
import type { Resource } from '../../../resources/resource.ts';
import { etagOf } from '../../../store/records/etag.ts';
import { addActive } from '../../../testing/administrators.ts';
import {
  consumeResult,
  createLoginRequest,
  operatorContext,
  updateResource,
  updateToken,
  updateUser,
} from '../../../testing/as-operator.ts';
import {
  birth,
  createFixture,
  type Fixture,
  NONCE,
  PASSWORD,
  read,
  unwrap,
  wrongCode,
} from '../../../testing/fixtures.ts';
import { openService, type Service } from '../../../testing/http-service.ts';
import { LoginDriver } from '../../../testing/login-driver.ts';
import { ISSUER, type TestPorts } from '../../../testing/test-ports.ts';
import { totpApp } from '../../../testing/totp-app.ts';
import { userDocument } from '../../../users/documents.ts';
import { enrolmentLinkDocument } from '../../enrolment/documents.ts';
import { issueEnrolmentLink } from '../../enrolment/issue-enrolment-link.ts';
import { knownSignInsDocument } from './documents.ts';
import { KNOWN_SIGN_IN_TTL_MS, MAX_NOTICE_LINKS, NOTICE_LINK_LIFETIME_MS } from './known-sign-ins.ts';

const EMAIL = 'alice@shop.example';
const [HOME, ELSEWHERE] = ['198.51.100.7', '203.0.113.9'];
const FIREFOX = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };
let service: Service;
let ports: TestPorts;
beforeAll(async () => {
  service = await openService('sign-in notices');
  ports = service.ports;
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
});

const PAGE = { tokens: true, password: false, details: [], browsers: false };

async function made(settings: Partial<Resource> = {}, password = true): Promise<Fixture> {
  return createFixture(ports, {
    tokens: [{ kind: 'hotp' }],
    password,
    user: { email: EMAIL },
    resource: { methodPolicy: 'password-otp', signInNotices: true, ...settings },
  });
}

async function signIn(scene: Fixture, address: string, browser?: { userAgent: string }): Promise<LoginDriver> {
  const walk = await LoginDriver.toOtp(scene, { address, ...(browser && { browser }) });
  await walk.otp((await scene.tokens[0]?.code()) ?? '');
  await nextTurn();
  return walk;
}

const mails = (kind: Mail['kind']) => ports.courier.sent.filter((mail) => mail.kind === kind);
function linkIn(mail: Mail | undefined): URL {
  return new URL((mail && composeMail(mail, ISSUER).link) ?? '');
}

/** A sign-in at home, one from elsewhere, and the link in the mail about it. */
async function warned(
  settings: Partial<Resource> = {},
  password?: boolean,
): Promise<{ scene: Fixture; thief: LoginDriver; link: string; path: string }> {
  const scene = await made(settings, password);
  await signIn(scene, HOME);
  const thief = await signIn(scene, ELSEWHERE);
  const url = linkIn(mails('new-sign-in').at(-1));
  return { scene, thief, link: url.hash.slice(1), path: url.pathname + url.search };
}

function post(fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return service.call('POST /not-me', {
    text: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER, ...headers },
  });
}
const report = (link: string) => post({ link, confirmed: 'yes' });
const stored = ({ user }: Fixture) => read(ports, userDocument.key(user.id));
const eventsSince = (before: number) =>
  ports.store.commits
    .slice(before)
    .filter(({ outcome }) => outcome === 'committed')
    .flatMap(({ change }) => (change.append ?? []) as unknown as AccountEvent[]);

/** Without the head of the page, whose nonces differ. */
const bodyOf = (page: string) => page.slice(page.indexOf('<body'));

describe('a mail about a sign-in', () => {
  test('comes for a new network, and not for a known one or the first', async () => {
    const scene = await made();
    await signIn(scene, HOME);
    await signIn(scene, '198.51.100.8');
    expect(mails('new-sign-in')).toEqual([]);
    const before = ports.store.commits.length;
    await signIn(scene, ELSEWHERE);
    expect(mails('new-sign-in')).toMatchObject([
      { to: EMAIL, facts: { login: 'alice', site: 'Shop', address: ELSEWHERE }, brand: { name: 'Shop' } },
    ]);
    expect(eventsSince(before).filter(({ type }) => type === 'user.new-sign-in')).toMatchObject([
      { subject: scene.user.id, resource: scene.resource.id },
    ]);
    await signIn(scene, ELSEWHERE);
    expect(mails('new-sign-in')).toHaveLength(1);
  });

  test('comes for a new browser', async () => {
    const scene = await made();
    await signIn(scene, HOME, {
      userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1',
    });
    await signIn(scene, HOME, FIREFOX);
    expect(mails('new-sign-in')).toHaveLength(1);
  });

  // The attack: the thief of a site's password signs in where no code is asked for, since the token is deactivated.
  test('comes also if no factor is missing at the start', async () => {
    const scene = await made();
    await signIn(scene, HOME);
    const { account, resource, user, tokens } = scene;
    unwrap(await updateToken(ports, account, tokens[0]?.id ?? 'tok_0', { enabled: false }));
    const order = { account, resource: resource.id, user: user.login, nonce: NONCE, passwordChecked: true };
    const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), order));
    const thief = await LoginDriver.begin(scene, { loginRequest, address: ELSEWHERE });
    await nextTurn();
    expect(thief.view.step).toBe('done');
    expect(mails('new-sign-in')).toHaveLength(1);
  });

  // The first sign-in marks the user, and an administrator's change with If-Match is not refused because of it.
  test('leaves the version of the user as administrators know it', async () => {
    const scene = await made();
    const before = etagOf(await stored(scene));
    await signIn(scene, HOME);
    expect(await stored(scene)).toHaveProperty('signInsCompared', true);
    expect(etagOf(await stored(scene))).toBe(before);
  });

  test('comes only where the resource asks for it', async () => {
    const scene = await made({ signInNotices: false });
    for (const address of [HOME, ELSEWHERE]) expect((await signIn(scene, address)).view.step).toBe('done');
    expect(mails('new-sign-in')).toEqual([]);
  });

  // SR-17
  test('the attack: to learn from it who exists, or to fill a mailbox, without all factors', async () => {
    const scene = await made();
    await signIn(scene, HOME);
    const before = ports.store.commits.length;
    for (const login of ['alice', 'not-a-user']) {
      const walk = await LoginDriver.begin(scene, { address: ELSEWHERE });
      await walk.identify(login);
      await walk.password('not the password');
    }
    const walk = await LoginDriver.toOtp(scene, { address: ELSEWHERE });
    await walk.otp(await wrongCode(scene));
    await nextTurn();
    expect(mails('new-sign-in')).toEqual([]);
    expect(eventsSince(before).some(({ type }) => type === 'user.new-sign-in')).toBe(false);
  });

  test('comes no more often than a user can be mailed in a day; each is in the audit log', async () => {
    const scene = await made();
    await signIn(scene, HOME);
    const before = ports.store.commits.length;
    for (let at = 1; at <= MAX_NOTICE_LINKS + 2; at++) await signIn(scene, `192.0.${at}.1`);
    expect(mails('new-sign-in')).toHaveLength(MAX_NOTICE_LINKS);
    expect(eventsSince(before).filter(({ type }) => type === 'user.new-sign-in')).toHaveLength(MAX_NOTICE_LINKS + 2);
    ports.clock.advance(NOTICE_LINK_LIFETIME_MS);
    await signIn(scene, ELSEWHERE);
    expect(mails('new-sign-in')).toHaveLength(MAX_NOTICE_LINKS + 1);
  });

  test('comes also after so long that nothing is known any more', async () => {
    const scene = await made();
    await signIn(scene, HOME);
    ports.clock.advance(KNOWN_SIGN_IN_TTL_MS);
    const [known] = await ports.store.getMany([knownSignInsDocument.key(scene.user.id)], ports.clock.now());
    expect(known).toBeUndefined();
    await signIn(scene, HOME);
    expect(mails('new-sign-in')).toHaveLength(1);
  });

  test('keeps no address and no user agent in the store', async () => {
    const { scene } = await warned();
    const put = ports.store.commits.flatMap(({ change }) => change.put ?? []);
    const known = put.filter(({ key }) => JSON.stringify(key).includes('known-sign-ins'));
    expect(known.length).toBeGreaterThan(0);
    for (const text of ['198.51.100', '203.0.113', 'Firefox', scene.user.login]) {
      expect(JSON.stringify(known.map(({ value }) => value))).not.toContain(text);
    }
  });
});

describe('the link', () => {
  // The attack: a mail scanner opens every link.
  test('changes nothing until its button is pressed', async () => {
    const { scene, link, path } = await warned();
    expect((await service.call(`GET ${path}`)).status).toBe(200);
    expect((await service.call(`HEAD ${path}`)).status).toBe(200);
    const asked = await post({ link });
    expect(asked.status).toBe(200);
    expect(await asked.text()).toContain('This was not me');
    expect(await stored(scene)).toMatchObject({ blocked: false });
    expect((await report(link)).status).toBe(200);
    expect(await stored(scene)).toMatchObject({ blocked: true });
  });

  test('ends everything that the thief has, and touches no token', async () => {
    const { scene, thief, link } = await warned({ rememberMs: 3_600_000 });
    const { account, resource } = scene;
    const token = await scene.tokens[0]?.stored();
    const before = ports.store.commits.length;
    expect((await report(link)).status).toBe(200);
    const take = { account, resource: resource.id, result: thief.view.result ?? '', nonce: NONCE };
    expect(await consumeResult(ports, take)).toMatchObject({ refused: 'RESULT_REVOKED' });
    expect(eventsSince(before)).toContainEqual(
      expect.objectContaining({
        ...{ type: 'user.sign-in-reported', subject: scene.user.id, resource: resource.id },
        changed: ['blocked', 'passwordHash'],
      }),
    );
    // Also after an administrator has lifted the block: the password that the thief knows is void.
    unwrap(await updateUser(ports, account, scene.user.id, { blocked: false }));
    expect(await consumeResult(ports, take)).toMatchObject({ refused: 'RESULT_REVOKED' });
    const walk = await LoginDriver.begin(scene, { address: ELSEWHERE });
    await walk.identify();
    await walk.password(PASSWORD);
    expect(walk.view).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
    expect(await scene.tokens[0]?.stored()).toEqual(token);
    expect((await stored(scene)).credentialEpoch).toBe(2);
  });

  // Without a password, nothing but the time tells a sign-in before the report from one after it.
  test('ends a sign-in that later ones could build on, also where a code is the only factor', async () => {
    const { scene, thief, link } = await warned({ methodPolicy: 'otp', rememberMs: 3_600_000 });
    const { account, resource, user } = scene;
    const take = { account, resource: resource.id, result: thief.view.result ?? '', nonce: NONCE };
    const { jti } = unwrap(await consumeResult(ports, take)).claims;
    const build = async () => {
      const asked = { account, resource: resource.id, user: user.login, nonce: NONCE, passwordChecked: false };
      const order = { ...asked, demand: { acr: '1' as const }, previous: jti as FlowId };
      const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), order));
      return (await LoginDriver.begin(scene, { loginRequest, address: ELSEWHERE })).view.step;
    };
    expect(await build()).toBe('done');
    expect((await report(link)).status).toBe(200);
    unwrap(await updateUser(ports, account, user.id, { blocked: false }));
    expect(await build()).toBe('otp');
  });

  // SR-39. The attack: the thief waits in what a code alone has opened until an administrator lifts the block.
  test.each([
    ['enrol', 'enrol'],
    ['self', 'self'],
  ] as const)('ends what a code alone has opened, also after the block: %s', async (purpose, step) => {
    const { scene, link } = await warned(
      { methodPolicy: 'otp', enrolment: { kinds: ['totp'], required: false }, selfService: PAGE },
      false,
    );
    const thief = await LoginDriver.begin(scene, { address: ELSEWHERE, purpose });
    await thief.identify();
    await thief.otp((await scene.tokens[0]?.code()) ?? '');
    expect(thief.view.step).toBe(step);
    const app = purpose === 'enrol' ? totpApp(thief.view) : undefined;
    const before = ports.store.commits.length;
    expect((await report(link)).status).toBe(200);
    expect(eventsSince(before)).toContainEqual(
      expect.objectContaining({ type: 'user.sign-in-reported', changed: ['blocked'] }),
    );
    unwrap(await updateUser(ports, scene.account, scene.user.id, { blocked: false }));
    const seen = await (app ? thief.enrol(app.code(ports.clock.now())) : thief.look());
    expect(unwrap(seen).step).toBe('denied');
    expect((await stored(scene)).enrolled ?? []).toEqual([]);
  });

  test('voids the links that are on their way', async () => {
    const { scene, link } = await warned({ enrolment: { kinds: ['totp'], required: false } });
    const order = { resource: scene.resource.id, language: 'en', delivery: 'mail' } as const;
    unwrap(await issueEnrolmentLink(ports, operatorContext(scene.account), scene.user.id, order));
    expect((await report(link)).status).toBe(200);
    const [left] = await ports.store.getMany([enrolmentLinkDocument.key(scene.user.id)], ports.clock.now());
    expect(left).toBeUndefined();
  });

  test('works once, for a day, and voids the others', async () => {
    const { scene, link } = await warned();
    await signIn(scene, '192.0.2.1');
    const other = linkIn(mails('new-sign-in').at(-1)).hash.slice(1);
    expect((await report(link)).status).toBe(200);
    for (const used of [link, other]) expect((await report(used)).status).toBe(403);

    const late = await warned();
    ports.clock.advance(NOTICE_LINK_LIFETIME_MS);
    expect((await report(late.link)).status).toBe(403);
    expect(await stored(late.scene)).toMatchObject({ blocked: false });
  });

  // SR-1
  test('twice at once reports once', async () => {
    const { link } = await warned();
    const before = ports.store.commits.length;
    const statuses = (await Promise.all([report(link), report(link)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 403]);
    expect(eventsSince(before).filter(({ type }) => type === 'user.sign-in-reported')).toHaveLength(1);
  });

  // The attack: the thief changes the address or the password before the mail is read.
  test('outlives a change of address and password', async () => {
    const { scene, link } = await warned();
    unwrap(
      await updateUser(ports, scene.account, scene.user.id, {
        email: 'thief@evil.example',
        password: 'harbour lantern quay 7',
      }),
    );
    expect((await report(link)).status).toBe(200);
    expect(await stored(scene)).toMatchObject({ blocked: true });
  });

  // SR-69
  test('the attack: a reader of the mailbox gets nothing but a blocked user', async () => {
    const { scene, link } = await warned({ passwordReset: true });
    const before = await stored(scene);
    await report(link);
    const after = await stored(scene);
    expect(after.passwordHash).toMatch(/./);
    expect(after).toEqual({
      ...before,
      blocked: true,
      passwordHash: after.passwordHash,
      trustEpoch: 1,
      credentialEpoch: 1,
    });
    ports.courier.sent.length = 0;
    await service.call('POST /reset', {
      text: new URLSearchParams({ resource: scene.resource.id, name: 'alice', lang: 'en' }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER },
    });
    await nextTurn();
    expect(mails('password-reset')).toEqual([]);
  });

  test.each(['', 'usr_00000000000', 'usr_00000000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'x'.repeat(200)])(
    'that is %j has the answer of every other invalid one',
    async (link) => {
      const { scene } = await warned();
      const forged = `${scene.user.id}.${'A'.repeat(32)}`;
      const [one, other] = [await report(link), await report(forged)];
      expect([one.status, other.status]).toEqual([403, 403]);
      expect(bodyOf(await one.text())).toBe(bodyOf(await other.text()));
    },
  );

  test('is not followed from another site', async () => {
    const { scene, link } = await warned();
    const answer = await post({ link, confirmed: 'yes' }, { origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
    expect(await stored(scene)).toMatchObject({ blocked: false });
  });
});

test('the superuser is told by mail, in their language', async () => {
  const { scene, link } = await warned();
  const { id } = await addActive(ports, scene.account, { email: 'grace@acme.example', superuser: true });
  await report(link);
  for (let turn = 0; turn < 20 && mails('sign-in-reported').length === 0; turn++) await nextTurn();
  const { email, language } = await read(ports, administratorDocument.key(scene.account, id));
  expect(mails('sign-in-reported')).toMatchObject([{ to: email, language, facts: { login: 'alice', site: 'Shop' } }]);
  // SR-67. The attack: an administrator of the resource writes to the superuser with its texts and links.
  expect(mails('sign-in-reported')[0]).not.toHaveProperty('brand');
});

test('a setting that is switched off meanwhile takes no link away', async () => {
  const { scene, link } = await warned();
  unwrap(await updateResource(ports, scene.account, scene.resource.id, { signInNotices: false }));
  expect((await report(link)).status).toBe(200);
});
