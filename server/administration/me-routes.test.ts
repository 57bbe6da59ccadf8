import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountDocument } from '../accounts/documents.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { AccountEvent } from '../kernel/event.ts';
import {
  ADMIN_PASSWORD,
  addAdministrator,
  anotherSession,
  codeOf,
  type FixtureAdministrator,
  proofBy,
  sessionHeaders,
  signIn,
  toSecondFactor,
} from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { createFixture, type Fixture, overwrite, read, unwrap } from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { base32Decode } from '../tokens/kinds/oath/base32.ts';
import { recoverAdministrator } from './recover-administrator.ts';

// SR-38: a change of factor, email or password asks for both factors, sends a notice, and ends the other sessions.

let service: Service;
let scene: Fixture;
let who: FixtureAdministrator;
let own: Record<string, string>;
let other: Record<string, string>;
beforeEach(async () => {
  service = await openService('me');
  scene = await createFixture(service.ports);
  who = await addAdministrator(service.ports, scene.account, { email: 'ada@acme.example', superuser: true });
  own = sessionHeaders(who.opened);
  other = sessionHeaders(await anotherSession(service.ports, who));
});
afterEach(() => service.ports.close());

const NEW_PASSWORD = 'a new and long password';
const post = (path: string, body: object, headers = own) => service.call(`POST /v1/me/${path}`, { headers, body });
const proof = () => proofBy(service.ports, who);
const alive = async (headers: Record<string, string>) =>
  (await service.call('GET /v1/session', { headers })).status === 200;
const notices = () =>
  service.ports.courier.sent.flatMap((mail) => (mail.kind === 'security-notice' ? [[mail.to, mail.facts.change]] : []));
const stored = () => read(service.ports, administratorDocument.key(who.account, who.id));

/** Each change, made by an administrator who confirms both factors. */
const CHANGES: Record<string, { made: () => Promise<Response>; changed: string[]; notice: string }> = {
  password: {
    made: async () => post('password', { ...proof(), newPassword: NEW_PASSWORD }),
    changed: ['passwordHash'],
    notice: 'password',
  },
  'recovery codes': {
    made: async () => post('recovery-codes', proof()),
    changed: ['recovery'],
    notice: 'recovery-codes',
  },
  email: {
    made: async () => {
      const asked = await post('email', { ...proof(), newEmail: 'new@acme.example' });
      if (asked.status !== 202) return asked;
      const { code } = service.ports.courier.last('confirmation-code', 'new@acme.example');
      return post('email/confirm', { code });
    },
    changed: ['email'],
    notice: 'email',
  },
  token: {
    made: async () => {
      const asked = await post('token', proof());
      if (asked.status !== 200) return asked;
      const shown = (await asked.json()) as { secret: string };
      return post('token/confirm', { otp: codeOf(service.ports, base32Decode(shown.secret) ?? new Uint8Array()) });
    },
    changed: ['recovery', 'token'],
    notice: 'token-added',
  },
};

describe.each(Object.entries(CHANGES))('SR-38: %s', (_, { made, changed, notice }) => {
  test('applies the change, ends the other sessions but not this one, and notifies the old address', async () => {
    const sent = notices().length;
    const before = service.ports.store.commits.length;
    expect((await made()).status).toBeLessThan(300);
    expect(await alive(own)).toBe(true);
    expect(await alive(other)).toBe(false);
    await expect.poll(() => notices().slice(sent)).toEqual([[who.email, notice]]);
    const commits = service.ports.store.commits.slice(before);
    const events = commits.flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[];
    expect(events.filter(({ type }) => type === 'administrator.updated').map((event) => event.changed)).toEqual([
      changed,
    ]);
  });

  test('changes nothing from a session that has ended meanwhile', async () => {
    const { sessionEpoch } = await stored();
    service.ports.hasher.during = async () => {
      service.ports.hasher.during = undefined;
      await overwrite(service.ports, administratorDocument.key(who.account, who.id), {
        sessionEpoch: sessionEpoch + 1,
      });
    };
    const was = await stored();
    expect((await refusalOf(await made())).code).toBe('SESSION_ENDED');
    const { passwordHash, email, token, recovery } = await stored();
    expect({ passwordHash, email, token, recovery }).toEqual({
      passwordHash: was.passwordHash,
      email: was.email,
      token: was.token,
      recovery: was.recovery,
    });
  });
});

const ASKED: [string, object][] = [
  ['password', { newPassword: NEW_PASSWORD }],
  ['email', { newEmail: 'new@acme.example' }],
  ['token', {}],
  ['recovery-codes', {}],
];

describe.each(ASKED)('SR-38: a stolen session alone does not change %s', (path, fields) => {
  test('without the password or the code, or with wrong ones', async () => {
    const before = await stored();
    const attempts: [object, string][] = [
      [{ password: who.password }, 'OTP_REQUIRED'],
      [{ ...proof(), password: 'a wrong password' }, 'INVALID_CREDENTIALS'],
      [{ password: who.password, otp: '000000' }, 'OTP_WRONG'],
      [{ password: who.password, recoveryCode: 'aaaaa-aaaaa' }, 'OTP_WRONG'],
      [{ password: who.password, otp: '12345' }, 'OTP_MALFORMED'],
    ];
    for (const [shown, code] of attempts) {
      expect(await refusalOf(await post(path, { ...shown, ...fields }))).toMatchObject({ code });
    }
    const after = await stored();
    expect({ ...after, recovery: before.recovery }).toEqual(before);
    expect(await alive(other)).toBe(true);
  });

  test('rejects a code that was used for a confirmation before', async () => {
    const shown = proof();
    await post('recovery-codes', shown);
    expect(await refusalOf(await post(path, { ...shown, ...fields }))).toMatchObject({ code: 'OTP_REPLAYED' });
  });
});

test('guesses at the password through a session wait like those at a sign-in, and write events', async () => {
  const before = service.ports.store.commits.length;
  const codes = [];
  for (let n = 0; n < 8; n++) {
    const { code } = await refusalOf(await post('token', { password: `wrong ${n} password`, otp: '000000' }));
    codes.push(code);
  }
  expect(codes.at(-1)).toBe('TOO_MANY_ATTEMPTS');
  const commits = service.ports.store.commits.slice(before);
  const events = commits.flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[];
  const evaluated = codes.filter((code) => code === 'INVALID_CREDENTIALS').length;
  expect(events.filter(({ type }) => type === 'administrator.refused')).toHaveLength(evaluated);
});

test('a recovery code replaces a lost token, and the old token is void', async () => {
  const [recoveryCode] = who.recoveryCodes;
  const shown = await post('token', { password: who.password, recoveryCode });
  const { secret, qrSvg } = (await shown.json()) as { secret: string; qrSvg: string };
  expect(qrSvg).toMatch(/^<svg /);
  const old = who.secret;
  who.secret = base32Decode(secret) ?? new Uint8Array();
  expect((await post('token/confirm', { otp: '000000' })).status).toBe(403);
  expect((await post('token/confirm', { otp: codeOf(service.ports, who.secret) })).status).toBe(200);
  await signIn(service.ports, who);
  await expect(signIn(service.ports, { ...who, secret: old })).rejects.toThrow('not signed in');
});

test('SR-37: rejects a new password made of the administrator’s or the account’s names, on every path', async () => {
  await overwrite(service.ports, administratorDocument.key(who.account, who.id), {
    name: 'Augusta King',
    email: 'lovelace@acme.example',
  });
  await overwrite(service.ports, accountDocument.key(who.account), { name: 'Analytical Engines' });
  const made = unwrap(await recoverAdministrator(service.ports, operatorContext(scene.account), who.id));
  const secret = made.link.split('#')[1] ?? '';
  for (const password of ['augusta-king-1', 'Lovelace!2', 'analytical.engines']) {
    const refused = { status: 422, code: 'PASSWORD_COMMON' };
    expect(await refusalOf(await post('password', { ...proof(), newPassword: password }))).toEqual(refused);
    const accepted = service.call('POST /v1/recovery/accept', { body: { secret, password } });
    expect(await refusalOf(await accepted)).toEqual(refused);
  }
});

describe('an email address', () => {
  test('of another administrator is refused, also when it was claimed between code and confirmation', async () => {
    const rival = await addAdministrator(service.ports, scene.account, { email: 'rival@acme.example' });
    const taken = await post('email', { ...proof(), newEmail: 'RIVAL@acme.example' });
    expect(await refusalOf(taken)).toEqual({ status: 409, code: 'EMAIL_TAKEN' });
    await post('email', { ...proof(), newEmail: 'wanted@acme.example' });
    const { code } = service.ports.courier.last('confirmation-code', 'wanted@acme.example');
    await addAdministrator(service.ports, scene.account, { email: 'wanted@acme.example' });
    expect(await refusalOf(await post('email/confirm', { code }))).toEqual({ status: 409, code: 'EMAIL_TAKEN' });
    expect(rival.email).toBe('rival@acme.example');
  });

  test('allows a bounded number of wrong codes, and expires with its code', async () => {
    await post('email', { ...proof(), newEmail: 'new@acme.example' });
    const { code } = service.ports.courier.last('confirmation-code', 'new@acme.example');
    const before = service.ports.store.commits.length;
    for (let n = 0; n < 5; n++) {
      expect(await refusalOf(await post('email/confirm', { code: `aaaa-000${n}` }))).toMatchObject({
        code: 'CONFIRMATION_WRONG',
      });
    }
    expect(await refusalOf(await post('email/confirm', { code }))).toMatchObject({ code: 'LINK_INVALID' });
    // SR-34: each was an attempt.
    const commits = service.ports.store.commits.slice(before);
    const refusals = commits.flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[];
    const refused = {
      type: 'administrator.refused',
      outcome: 'refused',
      reason: 'CONFIRMATION_WRONG',
      subject: who.id,
    };
    expect(refusals).toEqual(Array(5).fill(expect.objectContaining(refused)));
    await post('email', { ...proof(), newEmail: 'new@acme.example' });
    const late = service.ports.courier.last('confirmation-code', 'new@acme.example').code;
    service.ports.clock.advance(15 * 60_000);
    expect(await refusalOf(await post('email/confirm', { code: late }))).toMatchObject({ code: 'LINK_INVALID' });
  });

  test('once changed, the new address signs in; the old one does not and is free', async () => {
    await post('email', { ...proof(), newEmail: 'new@acme.example' });
    const { code } = service.ports.courier.last('confirmation-code', 'new@acme.example');
    expect((await post('email/confirm', { code })).status).toBe(204);
    expect((await toSecondFactor(service.ports, scene.account, who.email)).flow.step).toBe('password');
    expect((await toSecondFactor(service.ports, scene.account, 'new@acme.example')).flow.step).toBe('otp');
    await addAdministrator(service.ports, scene.account, { email: who.email });
  });
});

describe('SR-40: the operator’s recovery', () => {
  const recover = (secret: string, password = NEW_PASSWORD) =>
    service.call('POST /v1/recovery/accept', { body: { secret, password } });
  const issue = async () => {
    const made = unwrap(await recoverAdministrator(service.ports, operatorContext(scene.account), who.id));
    expect(made.link).toMatch(/^https:\/\/auth\.example\/recovery#/);
    return made.link.split('#')[1] ?? '';
  };

  test('makes a link that works once: new password, no token, no session; the next sign-in enrols', async () => {
    const { token = 'tok_00000000000' } = await stored();
    const secret = await issue();
    await expect.poll(() => notices().at(-1)).toEqual([who.email, 'recovered']);
    // Nothing changes until the link is used.
    expect(await alive(own)).toBe(true);
    expect((await recover(secret)).status).toBe(200);
    expect(await Promise.all([alive(own), alive(other)])).toEqual([false, false]);
    expect(
      (await service.ports.store.getMany([tokenDocument.key(token)], service.ports.clock.now()))[0],
    ).toBeUndefined();
    expect((await toSecondFactor(service.ports, scene.account, who.email, ADMIN_PASSWORD)).flow.step).toBe('password');
    expect((await toSecondFactor(service.ports, scene.account, who.email, NEW_PASSWORD)).flow.step).toBe('enrol');
    expect(await refusalOf(await recover(secret))).toEqual({ status: 403, code: 'LINK_INVALID' });
  });

  test('is for the operator alone; a link is valid for a day, and only the newest one', async () => {
    const { administrator } = who.opened;
    const act = {
      actor: { kind: 'administrator', account: who.account, id: who.id, role: 'superuser', resources: [] },
    } as const;
    expect(await recoverAdministrator(service.ports, act, administrator.id)).toEqual({ refused: 'FORBIDDEN' });
    const first = await issue();
    const second = await issue();
    expect(await refusalOf(await recover(first))).toMatchObject({ code: 'LINK_INVALID' });
    service.ports.clock.advance(24 * 3_600_000);
    expect(await refusalOf(await recover(second))).toMatchObject({ code: 'LINK_INVALID' });
  });

  test('a link is used once under concurrent requests, and is in no store and no log', async () => {
    const secret = await issue();
    const answers = await Promise.all(Array.from({ length: 20 }, () => recover(secret)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const random = secret.split('.')[2] ?? 'x';
    expect(JSON.stringify(service.ports.store.commits)).not.toContain(random);
    expect(service.log.text()).not.toContain(random);
  });
});
