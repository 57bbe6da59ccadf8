import type { ApiScope } from '@countersign/protocol/api-keys';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountDocument } from '../accounts/documents.ts';
import { openAccount } from '../composition/open-account.ts';
import type { AccountEvent } from '../kernel/event.ts';
import { MailerUnavailable } from '../kernel/ports/mailer.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { CONFIRMATION_ATTEMPTS } from '../messages/confirmation.ts';
import {
  ADMIN_PASSWORD,
  addActive,
  addAdministrator,
  invite,
  mailedInvitation,
  selfServiceContext,
  toSecondFactor,
} from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { birth, createFixture, type Fixture, overwrite, read, unwrap } from '../testing/fixtures.ts';
import { touches } from '../testing/intercepted-store.ts';
import { BREACHED_PASSWORD, ISSUER, openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { acceptInvitation } from './accept-link.ts';
import { INVITATION_LIFETIME_MS } from './administrator-link.ts';
import { removeAdministrator, updateAdministrator } from './change-administrator.ts';
import { inviteAdministrator, resendInvitation } from './invite-administrator.ts';

let ports: TestPorts;
let scene: Fixture;
beforeEach(async () => {
  ports = await openTestPorts('invitations');
  scene = await createFixture(ports);
});
afterEach(() => ports.close());

const EMAIL = 'grace@acme.example';
const accept = (link: string, code: string, over: TestPorts = ports) =>
  acceptInvitation(over, {}, { link, code, password: ADMIN_PASSWORD, name: 'Grace' });
const eventsOf = (from = 0) =>
  ports.store.commits.slice(from).flatMap(({ change }) => change.append ?? []) as unknown as AccountEvent[];

describe('an invitation', () => {
  test('sends a link on the configured address and, in a second mail, a code; both together create an administrator', async () => {
    const grants = [{ resource: scene.resource.id, allowed: true }];
    const { handOver, administrator } = await invite(ports, scene.account, { email: EMAIL, grants });
    expect(handOver).toBeUndefined();
    expect(ports.courier.sent.map(({ kind, to }) => [kind, to])).toEqual([
      ['administrator-invitation', EMAIL],
      ['confirmation-code', EMAIL],
    ]);
    const { link, code } = mailedInvitation(ports, EMAIL);
    expect(JSON.stringify(ports.courier.sent[0])).not.toContain(code);
    expect(JSON.stringify(ports.courier.sent[1])).not.toContain(link);
    const joined = unwrap(await accept(link, code)).administrator;
    expect(joined).toMatchObject({ id: administrator.id, state: 'active', name: 'Grace', grants });
    expect((await toSecondFactor(ports, scene.account, EMAIL)).flow.step).toBe('enrol');
  });

  test('shows link and code to the inviter, once, where no mail is configured', async () => {
    ports.courier.isAbsent = true;
    ports.courier.down = true;
    const { handOver } = await invite(ports, scene.account, { email: EMAIL });
    expect(handOver?.link).toMatch(new RegExp(`^${ISSUER}/invitation#`));
    const link = handOver?.link.split('#')[1] ?? '';
    expect(JSON.stringify(ports.store.commits)).not.toContain(handOver?.code);
    expect(JSON.stringify(ports.store.commits)).not.toContain(link.split('.')[2]);
    unwrap(await accept(link, handOver?.code ?? ''));
  });

  // The attack: make the mail fail, then accept the invitation in place of the invited administrator.
  test('shows the inviter neither link nor code where a configured mail fails, and can be sent again', async () => {
    const { account } = scene;
    const input = { email: EMAIL, name: 'Grace', language: 'en' as const, grants: [] };
    const once = { ...birth(ports, 'adm'), madeWith: 'the same key' };
    const ask = () => inviteAdministrator(ports, operatorContext(account), once, input);
    ports.courier.down = true;
    await expect(ask()).rejects.toThrow(MailerUnavailable);
    await expect(resendInvitation(ports, operatorContext(account), once.id)).rejects.toThrow(MailerUnavailable);
    ports.courier.down = false;
    for (const again of [ask, () => resendInvitation(ports, operatorContext(account), once.id)]) {
      expect(unwrap(await again())).not.toHaveProperty('handOver');
    }
    const { link, code } = mailedInvitation(ports, EMAIL);
    unwrap(await accept(link, code));
  });

  test('of a new account’s superuser: a mail that fails leaves the account and its key in place', async () => {
    ports.courier.down = true;
    const { apiKey, account, invited, unsent } = unwrap(await openAccount(ports, { name: 'Acme', superuser: EMAIL }));
    expect([apiKey.text, invited, unsent]).toEqual([expect.any(String), undefined, expect.any(String)]);
    ports.courier.down = false;
    const act: RequestContext = { actor: { kind: 'operator', account: account.id } };
    unwrap(await resendInvitation(ports, act, unsent ?? birth(ports, 'adm').id));
    const { link, code } = mailedInvitation(ports, EMAIL);
    unwrap(await accept(link, code));
    expect((await read(ports, accountDocument.key(account.id))).superuser).toBe(unsent);
  });

  test('SR-37: rejects a password made of the address or the account, or stolen elsewhere', async () => {
    await overwrite(ports, accountDocument.key(scene.account), { name: 'Analytical Engines' });
    await invite(ports, scene.account, { email: 'lovelace@acme.example' });
    const { link, code } = mailedInvitation(ports, 'lovelace@acme.example');
    for (const password of ['Lovelace!2', 'analytical.engines', 'grace hopper 9']) {
      const input = { link, code, password, name: 'Grace Hopper' };
      expect(await acceptInvitation(ports, {}, input)).toMatchObject({ refused: 'PASSWORD_COMMON' });
    }
    const stolen = { link, code, password: BREACHED_PASSWORD, name: 'Grace Hopper' };
    expect(await acceptInvitation(ports, {}, stolen)).toMatchObject({ refused: 'PASSWORD_BREACHED' });
  });

  test('does not sign in before it is accepted', async () => {
    await invite(ports, scene.account, { email: EMAIL });
    const { flow } = await toSecondFactor(ports, scene.account, EMAIL);
    expect(flow).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
  });

  test('attacked with guesses at the code: becomes void after a few, also for the right code', async () => {
    await invite(ports, scene.account, { email: EMAIL });
    const { link, code } = mailedInvitation(ports, EMAIL);
    const before = ports.store.commits.length;
    const guesses = Array.from({ length: 40 }, (_, i) =>
      accept(link, `aaaa-${String(i).padStart(4, '0')}`, ports.replica()),
    );
    const answers = (await Promise.all(guesses.map((guess) => guess.catch(() => ({ refused: 'CONTENTION' })))))
      .filter((answer) => 'refused' in answer)
      .map(({ refused }) => refused);
    const evaluated = answers.filter((refused) => refused === 'CONFIRMATION_WRONG').length;
    expect(evaluated).toBeLessThanOrEqual(CONFIRMATION_ATTEMPTS);
    for (let left = evaluated; left < CONFIRMATION_ATTEMPTS; left++) await accept(link, 'aaaa-bbbb');
    expect(await accept(link, code)).toEqual({ refused: 'LINK_INVALID' });
    expect(eventsOf(before).filter(({ outcome }) => outcome === 'done')).toEqual([]);
  });

  test('is accepted once, however many requests accept at once', async () => {
    await invite(ports, scene.account, { email: EMAIL });
    const { link, code } = mailedInvitation(ports, EMAIL);
    const replicas = Array.from({ length: 20 }, () => ports.replica());
    const answers = await Promise.all(replicas.map((replica) => accept(link, code, replica)));
    expect(answers.filter((answer) => 'administrator' in answer)).toHaveLength(1);
    const committed = replicas.flatMap(({ store }) => store.commits).filter(({ outcome }) => outcome === 'committed');
    const events = committed.flatMap(({ change }) => change.append ?? []);
    expect(events).toEqual([expect.objectContaining({ type: 'administrator.joined' })]);
  });

  test('ends after seven days, when it is sent again, and when it is withdrawn', async () => {
    const act = operatorContext(scene.account);
    const { administrator } = await invite(ports, scene.account, { email: EMAIL });
    const first = mailedInvitation(ports, EMAIL);
    ports.clock.advance(INVITATION_LIFETIME_MS);
    expect(await accept(first.link, first.code)).toEqual({ refused: 'LINK_INVALID' });
    unwrap(await resendInvitation(ports, act, administrator.id));
    const second = mailedInvitation(ports, EMAIL);
    unwrap(await resendInvitation(ports, act, administrator.id));
    expect(await accept(second.link, second.code)).toEqual({ refused: 'LINK_INVALID' });
    const third = mailedInvitation(ports, EMAIL);
    unwrap(await removeAdministrator(ports, act, administrator.id, 'invited'));
    expect(await accept(third.link, third.code)).toEqual({ refused: 'LINK_INVALID' });
    // The address is free again.
    await invite(ports, scene.account, { email: EMAIL });
  });

  test('is neither sent again nor withdrawn once it is accepted', async () => {
    const act = operatorContext(scene.account);
    const { id } = await addActive(ports, scene.account, { email: EMAIL });
    expect(await resendInvitation(ports, act, id)).toEqual({ refused: 'ADMINISTRATOR_ACTIVE' });
    expect(await removeAdministrator(ports, act, id, 'invited')).toEqual({ refused: 'ADMINISTRATOR_ACTIVE' });
  });

  test('rejects the link of another account, and a recovery link', async () => {
    await invite(ports, scene.account, { email: EMAIL });
    const { link, code } = mailedInvitation(ports, EMAIL);
    const other = await createFixture(ports);
    const elsewhere = `${other.account.slice(4)}.${link.split('.').slice(1).join('.')}`;
    expect(await accept(elsewhere, code)).toEqual({ refused: 'LINK_INVALID' });
    for (const mangled of ['', '.', `${link}.`, link.replace(/.$/, ''), link.toUpperCase()]) {
      expect(await accept(mangled, code)).toEqual({ refused: 'LINK_INVALID' });
    }
  });
});

test('SR-59: an invitation whose response was lost is sent again under its Idempotency-Key, to the same administrator', async () => {
  const act = operatorContext(scene.account);
  const born = { ...birth(ports, 'adm'), madeWith: 'a key' };
  const input = { email: EMAIL, name: 'Ada', language: 'en' as const, grants: [] };
  ports.store.intercept.commit = async (change, go) => {
    const outcome = await go();
    if (touches(change, `administrator-link/${born.id}`)) throw new Error('the process is killed');
    return outcome;
  };
  await expect(inviteAdministrator(ports, act, born, input)).rejects.toThrow('killed');
  ports.store.intercept = {};
  expect(ports.courier.sent).toEqual([]);
  expect(unwrap(await inviteAdministrator(ports, act, born, input)).administrator.id).toBe(born.id);
  const { link, code } = mailedInvitation(ports, EMAIL);
  unwrap(await accept(link, code));
  // A request with another key is a new one, and an accepted invitation is not sent again.
  const other = { ...birth(ports, 'adm'), madeWith: 'another key' };
  expect(await inviteAdministrator(ports, act, other, input)).toEqual({ refused: 'EMAIL_TAKEN' });
  expect(await inviteAdministrator(ports, act, born, input)).toEqual({ refused: 'EMAIL_TAKEN' });
});

describe('an email address', () => {
  test('belongs to one administrator, whatever its case, and of many concurrent claims one wins', async () => {
    const input = (email: string) => ({ email, name: 'Ada', language: 'en' as const, grants: [] });
    const wanted = ['ada@acme.example', 'ADA@acme.example', 'Ada@ACME.example', 'ａda@acme.example'];
    const answers = await Promise.all(
      wanted.map((email) =>
        inviteAdministrator(ports.replica(), operatorContext(scene.account), birth(ports, 'adm'), input(email)),
      ),
    );
    expect(answers.filter((answer) => 'administrator' in answer)).toHaveLength(1);
    expect(answers.filter((answer) => 'refused' in answer && answer.refused === 'EMAIL_TAKEN')).toHaveLength(3);
  });

  test('may belong to an administrator of another account too', async () => {
    const other = await createFixture(ports);
    await invite(ports, scene.account, { email: EMAIL });
    await invite(ports, other.account, { email: EMAIL });
  });
});

describe('the right to invite', () => {
  test('is refused to administrators, with another account’s resource, and for a second superuser', async () => {
    const superuser = await addAdministrator(ports, scene.account, { email: 'su@acme.example', superuser: true });
    const plain = await addAdministrator(ports, scene.account, { email: 'ad@acme.example' });
    const other = await createFixture(ports);
    const input = { email: EMAIL, name: 'Ada', language: 'en' as const, grants: [] };
    expect(await inviteAdministrator(ports, selfServiceContext(plain), birth(ports, 'adm'), input)).toEqual({
      refused: 'FORBIDDEN',
    });
    const foreign = { ...input, grants: [{ resource: other.resource.id, allowed: true }] };
    expect(await inviteAdministrator(ports, selfServiceContext(superuser), birth(ports, 'adm'), foreign)).toEqual({
      refused: 'RESOURCE_NOT_FOUND',
    });
    const second = { ...input, superuser: true as const };
    for (const act of [selfServiceContext(superuser), operatorContext(scene.account)]) {
      expect(await inviteAdministrator(ports, act, birth(ports, 'adm'), second)).toEqual({ refused: 'FORBIDDEN' });
    }
  });

  test('SR-27: a key without read and write rights creates no administrator who has them, by any request', async () => {
    const act = (scopes: ApiScope[]): RequestContext => ({
      actor: { kind: 'api-key', account: scene.account, id: birth(ports, 'key').id, scopes },
    });
    const { administrator } = await invite(ports, scene.account, { email: 'invited@acme.example' });
    const input = { email: EMAIL, name: 'Ada', language: 'en' as const, grants: [] };
    const grants = [{ resource: scene.resource.id, allowed: true }];
    ports.courier.isAbsent = true;
    ports.courier.down = true;
    const forbidden = { refused: 'FORBIDDEN' };
    for (const scopes of [['administer'], ['administer', 'read'], ['administer', 'write']] as ApiScope[][]) {
      expect(await inviteAdministrator(ports, act(scopes), birth(ports, 'adm'), input)).toEqual(forbidden);
      expect(await resendInvitation(ports, act(scopes), administrator.id)).toEqual(forbidden);
      expect(await updateAdministrator(ports, act(scopes), administrator.id, { grants })).toEqual(forbidden);
    }
    unwrap(await updateAdministrator(ports, act(['administer']), administrator.id, { name: 'Grace' }));
    const all = act(['administer', 'read', 'write']);
    unwrap(await inviteAdministrator(ports, all, birth(ports, 'adm'), input));
    unwrap(await resendInvitation(ports, all, administrator.id));
    unwrap(await updateAdministrator(ports, all, administrator.id, { grants }));
    unwrap(await removeAdministrator(ports, act(['administer']), administrator.id));
  });

  test('of two invited superusers the first to accept gets the role, and the other link is void', async () => {
    await invite(ports, scene.account, { email: 'one@acme.example', superuser: true });
    const { administrator } = await invite(ports, scene.account, { email: EMAIL, superuser: true });
    const { link, code } = mailedInvitation(ports, EMAIL);
    unwrap(await accept(link, code));
    const late = mailedInvitation(ports, 'one@acme.example');
    expect(await accept(late.link, late.code)).toEqual({ refused: 'LINK_INVALID' });
    expect((await read(ports, accountDocument.key(scene.account))).superuser).toBe(administrator.id);
  });
});
