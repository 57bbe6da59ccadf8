import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccountId, AdministratorId } from '../kernel/ids.ts';
import { ADMIN_PASSWORD, addAdministrator, invite, mailedInvitation } from '../testing/administrators.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { createFixture, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { acceptInvitation, acceptRecovery } from './accept-link.ts';
import { INVITATION_LIFETIME_MS, RECOVERY_LIFETIME_MS, SETUP_LIFETIME_MS } from './administrator-link.ts';
import { removeAdministrator } from './change-administrator.ts';
import { resendInvitation } from './invite-administrator.ts';
import { recoverAdministrator } from './recover-administrator.ts';
import { issueSetupLink, setUpInstallation } from './set-up.ts';
import { viewLink } from './view-link.ts';

const GONE = { refused: 'LINK_INVALID' };
/** As the inviter wrote it. */
const INVITED = { name: 'Ada' };
const EMAIL = 'grace@acme.example';
const KINDS = ['setup', 'invitation', 'recovery'] as const;

let ports: TestPorts;
beforeEach(async () => {
  ports = await openTestPorts('view-link');
});
afterEach(() => ports.close());

const secretOf = (made: { link: string } | undefined) => made?.link.split('#')[1] ?? '';
async function invited(): Promise<{ account: AccountId; id: AdministratorId; link: string; code: string }> {
  const { account } = await createFixture(ports);
  const { administrator } = await invite(ports, account, { email: EMAIL });
  return { account, id: administrator.id, ...mailedInvitation(ports, EMAIL) };
}

// SR-40, SR-42. The attack: mail programs open links before their owners do, and an attacker tries a link found later.
test('a look at a link does not use it up and writes nothing, however often', async () => {
  const look = async (kind: (typeof KINDS)[number], secret: string, shown: object) => {
    const before = ports.store.commits.length;
    for (let at = 0; at < 10; at++) expect(await viewLink(ports, { kind, secret })).toEqual(shown);
    expect(ports.store.commits.length).toBe(before);
  };
  await look('setup', secretOf(await issueSetupLink(ports)), {});
  const { account, link, code } = await invited();
  const who = await addAdministrator(ports, account, { email: 'ada@acme.example' });
  const recovery = secretOf(unwrap(await recoverAdministrator(ports, operatorContext(account), who.id)));
  await look('invitation', link, INVITED);
  // A recovery link reveals neither the administrator nor their name.
  await look('recovery', recovery, {});
  unwrap(await acceptInvitation(ports, {}, { link, code, password: ADMIN_PASSWORD, name: 'Grace' }));
  unwrap(await acceptRecovery(ports, {}, { link: recovery, password: ADMIN_PASSWORD }));
});

test('a used link is void', async () => {
  const setup = secretOf(await issueSetupLink(ports));
  const input = { accountName: 'Acme', email: 'ada@acme.example', name: 'Ada', language: 'en' } as const;
  unwrap(await setUpInstallation(ports, { ...input, secret: setup, password: ADMIN_PASSWORD }));
  expect(await viewLink(ports, { kind: 'setup', secret: setup })).toEqual(GONE);

  const { account, link, code } = await invited();
  const { administrator } = unwrap(
    await acceptInvitation(ports, {}, { link, code, password: ADMIN_PASSWORD, name: 'Grace' }),
  );
  expect(await viewLink(ports, { kind: 'invitation', secret: link })).toEqual(GONE);

  const recovery = secretOf(unwrap(await recoverAdministrator(ports, operatorContext(account), administrator.id)));
  unwrap(await acceptRecovery(ports, {}, { link: recovery, password: ADMIN_PASSWORD }));
  expect(await viewLink(ports, { kind: 'recovery', secret: recovery })).toEqual(GONE);
});

test('a link that was replaced, withdrawn or guessed too often is void', async () => {
  const { account, id, link } = await invited();
  unwrap(await resendInvitation(ports, operatorContext(account), id));
  expect(await viewLink(ports, { kind: 'invitation', secret: link })).toEqual(GONE);
  const next = mailedInvitation(ports, EMAIL);
  expect(await viewLink(ports, { kind: 'invitation', secret: next.link })).toEqual(INVITED);
  for (let at = 0; at < 5; at++) {
    await acceptInvitation(ports, {}, { link: next.link, code: 'aaaa-aaaa', password: ADMIN_PASSWORD, name: 'G' });
  }
  expect(await viewLink(ports, { kind: 'invitation', secret: next.link })).toEqual(GONE);

  unwrap(await resendInvitation(ports, operatorContext(account), id));
  const last = mailedInvitation(ports, EMAIL);
  expect(await viewLink(ports, { kind: 'invitation', secret: last.link })).toEqual(INVITED);
  await removeAdministrator(ports, operatorContext(account), id, 'invited');
  expect(await viewLink(ports, { kind: 'invitation', secret: last.link })).toEqual(GONE);
});

test('once there is an account, the setup link is void', async () => {
  const setup = secretOf(await issueSetupLink(ports));
  expect(await viewLink(ports, { kind: 'setup', secret: setup })).toEqual({});
  await createFixture(ports);
  expect(await viewLink(ports, { kind: 'setup', secret: setup })).toEqual(GONE);
});

test('a link expires', async () => {
  const setup = secretOf(await issueSetupLink(ports));
  ports.clock.advance(SETUP_LIFETIME_MS - 1);
  expect(await viewLink(ports, { kind: 'setup', secret: setup })).toEqual({});
  ports.clock.advance(1);
  expect(await viewLink(ports, { kind: 'setup', secret: setup })).toEqual(GONE);

  const { account, link } = await invited();
  const who = await addAdministrator(ports, account, { email: 'ada@acme.example' });
  const recovery = secretOf(unwrap(await recoverAdministrator(ports, operatorContext(account), who.id)));
  const views = async () => [
    await viewLink(ports, { kind: 'invitation', secret: link }),
    await viewLink(ports, { kind: 'recovery', secret: recovery }),
  ];
  ports.clock.advance(RECOVERY_LIFETIME_MS - 1);
  expect(await views()).toEqual([INVITED, {}]);
  ports.clock.advance(1);
  expect(await views()).toEqual([INVITED, GONE]);
  ports.clock.advance(INVITATION_LIFETIME_MS);
  expect(await views()).toEqual([GONE, GONE]);
});

test('a guessed, mangled or borrowed secret is answered like a used one', async () => {
  const { link } = await invited();
  const guesses = ['', 'x', 'A'.repeat(32), link.slice(1), `${link}A`, `${link.slice(0, -1)}_`, link.toUpperCase()];
  for (const kind of KINDS) {
    for (const secret of guesses) expect(await viewLink(ports, { kind, secret })).toEqual(GONE);
  }
  expect(await viewLink(ports, { kind: 'recovery', secret: link })).toEqual(GONE);
  expect(await viewLink(ports, { kind: 'setup', secret: link })).toEqual(GONE);
});

test('an invitation to a role that is taken meanwhile is void', async () => {
  const { account } = await createFixture(ports);
  await invite(ports, account, { email: EMAIL, superuser: true });
  const { link } = mailedInvitation(ports, EMAIL);
  expect(await viewLink(ports, { kind: 'invitation', secret: link })).toEqual(INVITED);
  await addAdministrator(ports, account, { email: 'ada@acme.example', superuser: true });
  expect(await viewLink(ports, { kind: 'invitation', secret: link })).toEqual(GONE);
});
