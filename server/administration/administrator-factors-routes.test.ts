import type { AdministratorFactors } from '@countersign/protocol/session';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountDocument } from '../accounts/documents.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { AccountEvent } from '../kernel/event.ts';
import {
  ADMIN_PASSWORD,
  addActive,
  addAdministrator,
  addPasskey,
  anotherSession,
  codeOf,
  type FixtureAdministrator,
  invite,
  mailedInvitation,
  proofBy,
  selfServiceContext,
  sessionHeaders,
} from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { beforeCommitOf } from '../testing/before-commit.ts';
import { createFixture, type Fixture, overwrite, read, unwrap } from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import type { SoftwareAuthenticator } from '../testing/software-authenticator.ts';
import { ISSUER } from '../testing/test-ports.ts';
import { acceptInvitation } from './accept-link.ts';
import { setAdministratorFactors } from './administrator-factors.ts';
import { transferSuperuser } from './change-administrator.ts';
import { askOwnPasskey, removeOwnPasskey } from './passkeys/own-passkeys.ts';
import { passkeyId } from './passkeys/passkey.ts';
import { changeOwnPassword } from './update-profile.ts';

// SR-81: the account's own switch. The attacker lowers it, or makes it shut out those whom it protects.

let service: Service;
let scene: Fixture;
let ada: FixtureAdministrator;
let device: SoftwareAuthenticator;
beforeEach(async () => {
  service = await openService('administrator-factors');
  scene = await createFixture(service.ports);
  ada = await addAdministrator(service.ports, scene.account, { email: 'ada@acme.example', superuser: true });
  device = await addPasskey(service.ports, ada);
  ada.opened = { ...ada.opened, ...(await anotherSession(service.ports, ada, 'passkey')) };
});
afterEach(() => service.ports.close());

const PATH = '/v1/administrator-factors';
const asAda = () => sessionHeaders(ada.opened);
const answerOf = async (who = ada, by = device) => {
  const { asked } = unwrap(await askOwnPasskey(service.ports, selfServiceContext(who)));
  return by.get({ challenge: asked.challenge, rpId: asked.rpId, origin: ISSUER });
};
const change = async (factors: AdministratorFactors, factor?: object, headers = asAda()) => {
  const body = { factors, password: ada.password, ...(factor ?? { passkey: await answerOf() }) };
  return service.call(`PATCH ${PATH}`, { headers, body });
};
const stored = () => read(service.ports, accountDocument.key(scene.account));
const factors = async () => (await stored()).administratorFactors ?? 'any';
const events = () =>
  (service.ports.store.commits.flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[]).filter(
    ({ type }) => type.startsWith('account.passkeys'),
  );
const mailsTo = (email: string) =>
  service.ports.courier.sent.flatMap((mail) =>
    mail.kind === 'security-notice' && mail.to === email ? [mail.facts.change] : [],
  );
const operator = () => operatorContext(scene.account);

test('the superuser reads what applies, who set it, and who has no passkey; an invited one lacks none', async () => {
  const eve = await addActive(service.ports, scene.account, { email: 'eve@acme.example' });
  await invite(service.ports, scene.account, { email: 'bob@acme.example' });
  const shown = await (await service.call(`GET ${PATH}`, { headers: asAda() })).json();
  const withoutPasskey = [{ id: eve.id, email: 'eve@acme.example', name: 'Ada' }];
  expect(shown).toEqual({ factors: 'any', decidedBy: 'account', withoutPasskey });
});

test('the superuser switches it on and off: each is one event, and a mail to every active administrator', async () => {
  const bob = await addAdministrator(service.ports, scene.account, { email: 'bob@acme.example' });
  await addPasskey(service.ports, bob);
  const on = await change('passkey');
  expect(await on.json()).toEqual({ factors: 'passkey', decidedBy: 'account', withoutPasskey: [] });
  expect(await factors()).toBe('passkey');
  expect((await change('passkey')).status).toBe(200);
  expect((await change('any')).status).toBe(200);
  expect(await stored()).not.toHaveProperty('administratorFactors');
  const actor = { kind: 'administrator', id: ada.id };
  expect(events()).toMatchObject([
    { type: 'account.passkeys-required', subject: scene.account, actor },
    { type: 'account.passkeys-optional', subject: scene.account, actor },
  ]);
  for (const { email } of [ada, bob]) {
    await expect.poll(() => mailsTo(email).slice(-2)).toEqual(['passkeys-required', 'passkeys-optional']);
  }
});

describe('SR-81: it is not switched', () => {
  test('by an administrator who is not the superuser, a key or a session without both factors', async () => {
    const bob = await addAdministrator(service.ports, scene.account, { email: 'bob@acme.example' });
    await addPasskey(service.ports, bob);
    const body = { factors: 'any', ...proofBy(service.ports, bob) };
    // The second time too: the code was not used up.
    for (const headers of [sessionHeaders(bob.opened), sessionHeaders(bob.opened)]) {
      const refused = await refusalOf(await service.call(`PATCH ${PATH}`, { headers, body }));
      expect(refused).toEqual({ status: 403, code: 'FORBIDDEN' });
    }
    const key = await service.keyFor(scene.account, ['read', 'write', 'administer']);
    expect(await refusalOf(await service.call(`PATCH ${PATH}`, { key, body }))).toMatchObject({
      code: 'SESSION_NEEDED',
    });
    expect(await refusalOf(await change('any', {}))).toMatchObject({ code: 'OTP_REQUIRED' });
    const wrong = { password: 'a wrong password', passkey: await answerOf() };
    expect(await refusalOf(await change('passkey', wrong))).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(events()).toEqual([]);
  });

  test('on with a code, and once it is on, off with a code or a recovery code; none is used up', async () => {
    const codes = () => [{ otp: codeOf(service.ports, ada.secret) }, { recoveryCode: ada.recoveryCodes[0] }];
    for (const code of codes()) {
      expect(await refusalOf(await change('passkey', code))).toMatchObject({ code: 'PASSKEY_REQUIRED' });
    }
    expect((await change('passkey')).status).toBe(200);
    for (const code of codes()) {
      expect(await refusalOf(await change('any', code))).toMatchObject({ code: 'PASSKEY_REQUIRED' });
    }
    const { recovery } = await read(service.ports, administratorDocument.key(ada.account, ada.id));
    expect([await factors(), recovery.macs.length]).toEqual(['passkey', ada.recoveryCodes.length]);
  });

  test('off where the installation requires passkeys, also by the operator', async () => {
    await change('passkey');
    service.ports.administratorFactors = 'passkey';
    service = await openService('administrator-factors', service.ports);
    expect(await refusalOf(await change('any'))).toEqual({ status: 403, code: 'FORBIDDEN' });
    expect(await setAdministratorFactors(service.ports, operator(), 'any')).toMatchObject({ refused: 'FORBIDDEN' });
    expect(await factors()).toBe('passkey');
    const shown = await (await service.call(`GET ${PATH}`, { headers: asAda() })).json();
    expect(shown).toMatchObject({ factors: 'passkey', decidedBy: 'installation' });
  });

  test('on while active administrators have no passkey, whom the refusal names', async () => {
    await addActive(service.ports, scene.account, { email: 'eve@acme.example' });
    await addAdministrator(service.ports, scene.account, { email: 'bob@acme.example' });
    const refused = await change('passkey');
    expect(await refused.clone().json()).toMatchObject({
      code: 'ADMINISTRATOR_WITHOUT_PASSKEY',
      detail: '2 without a passkey: eve@acme.example, bob@acme.example',
    });
    expect(refused.status).toBe(409);
    expect([await factors(), events()]).toEqual(['any', []]);
  });

  test('by a superuser whose session ends in the middle: a stolen one is over when they choose a new password', async () => {
    const key = administratorDocument.key(ada.account, ada.id);
    beforeCommitOf(service.ports, 'account', async (replica) => {
      const { sessionEpoch } = await read(replica, key);
      await overwrite(replica, key, { sessionEpoch: sessionEpoch + 1 });
    });
    expect(await refusalOf(await change('passkey'))).toMatchObject({ code: 'SESSION_ENDED' });
    expect(await factors()).toBe('any');
  });

  test('by a superuser who transfers the role in the middle', async () => {
    const bob = await addAdministrator(service.ports, scene.account, { email: 'bob@acme.example' });
    await addPasskey(service.ports, bob);
    beforeCommitOf(service.ports, 'account', (replica) => transferSuperuser(replica, selfServiceContext(ada), bob.id));
    expect(await refusalOf(await change('passkey'))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await factors()).toBe('any');
  });
});

describe('SR-81: at the same moment', () => {
  test('an invitation is accepted: the new administrator is seen', async () => {
    await invite(service.ports, scene.account, { email: 'bob@acme.example' });
    const accepted = { ...mailedInvitation(service.ports, 'bob@acme.example'), password: ADMIN_PASSWORD, name: 'Bob' };
    beforeCommitOf(service.ports, 'account', (replica) => acceptInvitation(replica, {}, accepted));
    expect(await setAdministratorFactors(service.ports, operator(), 'passkey')).toMatchObject({
      refused: 'ADMINISTRATOR_WITHOUT_PASSKEY',
    });
    expect(await factors()).toBe('any');
  });

  test('the last passkey is removed before: it is not switched on', async () => {
    const [only] = (await read(service.ports, administratorDocument.key(ada.account, ada.id))).passkeys ?? [];
    if (!only) throw new Error('no passkey');
    const proof = proofBy(service.ports, ada);
    beforeCommitOf(service.ports, 'account', (replica) =>
      removeOwnPasskey(replica, selfServiceContext(ada), proof, passkeyId(only)),
    );
    expect(await setAdministratorFactors(service.ports, operator(), 'passkey')).toMatchObject({
      refused: 'ADMINISTRATOR_WITHOUT_PASSKEY',
    });
  });

  test('it is switched on before the removal of the last passkey: the passkey stays', async () => {
    const [only] = (await read(service.ports, administratorDocument.key(ada.account, ada.id))).passkeys ?? [];
    if (!only) throw new Error('no passkey');
    const proof = { password: ada.password, passkey: await answerOf() };
    let isOn = false;
    service.ports.store.intercept.commit = async (written, go) => {
      const isRemoval = written.append?.some((event) => JSON.stringify(event).includes('"passkeys"'));
      if (isRemoval && !isOn) {
        isOn = true;
        unwrap(await setAdministratorFactors(service.ports.replica(), operator(), 'passkey'));
      }
      return go();
    };
    const removed = await removeOwnPasskey(service.ports, selfServiceContext(ada), proof, passkeyId(only));
    expect([isOn, removed]).toEqual([true, { refused: 'PASSKEY_LAST' }]);
  });

  test('it is switched on during the hash of a password: the code beside it confirms nothing and is not used up', async () => {
    const code = ada.recoveryCodes[0] ?? '';
    const proof = { password: ada.password, recoveryCode: code };
    service.ports.hasher.during = () => {
      service.ports.hasher.during = undefined;
      return overwrite(service.ports, accountDocument.key(scene.account), { administratorFactors: 'passkey' });
    };
    const changed = await changeOwnPassword(service.ports, selfServiceContext(ada), proof, 'a password of the thief');
    expect(changed).toEqual({ refused: 'PASSKEY_REQUIRED' });
    const { recovery } = await read(service.ports, administratorDocument.key(ada.account, ada.id));
    expect(recovery.macs).toHaveLength(ada.recoveryCodes.length);
  });
});

test('SR-81: sessions that began with a code end when it is switched on, and those of a passkey stay', async () => {
  const weak = sessionHeaders(await anotherSession(service.ports, ada));
  expect((await service.call('GET /v1/session', { headers: weak })).status).toBe(200);
  expect((await change('passkey')).status).toBe(200);
  const ended = await service.call('GET /v1/session', { headers: weak });
  expect(await refusalOf(ended)).toEqual({ status: 401, code: 'SESSION_ENDED' });
  expect((await service.call('GET /v1/session', { headers: asAda() })).status).toBe(200);
});
