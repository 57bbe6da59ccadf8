import { describe, test } from 'vitest';
import { accountDocument } from '../server/accounts/documents.ts';
import { administratorDocument } from '../server/administrators/documents.ts';
import {
  addActive,
  addAdministrator,
  type FixtureAdministrator,
  mailedInvitation,
} from '../server/testing/administrators.ts';
import { addResource, addToken, addUser, overwrite, read } from '../server/testing/fixtures.ts';
import { tokenDocument } from '../server/tokens/documents.ts';
import { userDocument } from '../server/users/documents.ts';
import { createSuperuser, nextCode, openPasswordStep } from './harness/console-people.ts';
import { DESK, openConsoleSessions, PHONE, testAccessibility } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';
import { attachAuthenticator } from './harness/passkeys.ts';

const visits = openConsoleSessions('console administrators');
const { enter } = visits;

const pathOf = ({ id }: Pick<FixtureAdministrator, 'id'>) => `/console/administrators/${id}`;
const stored = (who: FixtureAdministrator, id = who.id) =>
  read(visits.ports, administratorDocument.key(who.account, id));
const graceOf = (ada: FixtureAdministrator) =>
  addAdministrator(visits.ports, ada.account, { email: `grace-of-${ada.id}@acme.example` });

describe('an invitation', () => {
  test('goes to an address with the selected resources, is sent again on request, and can be withdrawn', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const office = await addResource(visits.ports, who.account, { name: 'Office' });
    const view = await enter(who, '/console');
    await view.enter('Administrators');
    await view.at('Administrators');
    await view.page.keyboard.press('c');
    await view.at('Invite an administrator');
    await view.fill({ Name: 'Grace', 'Email address': 'grace' });
    await view.button('Send the invitation').click();
    await expect(view.wrong.first()).toHaveText('Enter a valid email address.');
    const email = `grace-${who.id}@acme.example`;
    await view.fill({ 'Email address': email });
    await view.page.getByLabel('Language of emails').selectOption('Deutsch');
    await view.page.getByRole('radio', { name: /^Help desk/ }).check();
    await view.page.getByLabel('Shop').selectOption('Can see it and use their role there');
    await view.page.getByLabel('Office').selectOption('Can see it');
    await view.button('Send the invitation').click();
    await view.at('Grace');
    await expect(view.toast(`The invitation is on its way to ${email}.`)).toBeVisible();
    const first = mailedInvitation(visits.ports, email);
    const id = new URL(view.page.url()).pathname.split('/').at(-1) as FixtureAdministrator['id'];
    expect(await stored(who, id)).toMatchObject({
      state: 'invited',
      role: 'help-desk',
      language: 'de',
      grants: [
        { resource: shop.id, allowed: true },
        { resource: office.id, allowed: false },
      ],
    });
    await view.button('Send again').click();
    await expect.poll(() => mailedInvitation(visits.ports, email).link).not.toBe(first.link);
    await view.button('Cancel the invitation').click();
    await view.confirmByName('Grace');
    await view.at('Administrators');
    await expect(view.toast('Grace no longer exists.')).toBeVisible();
    await expect(view.page.locator('tbody tr')).toHaveCount(1);
  });

  test('is handed over in two parts, shown once, if no mail is configured', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/administrators/new');
    visits.ports.courier.isAbsent = true;
    await view.fill({ Name: 'Grace', 'Email address': `grace-${who.id}@acme.example` });
    await view.button('Send the invitation').click();
    await expect(view.page.getByRole('heading', { name: 'Hand this over yourself' })).toBeFocused();
    await expectAccessible(view, 'hand over');
    const [link = '', code = ''] = await view.page.locator('.once pre').allTextContents();
    delete visits.ports.courier.isAbsent;
    expect(link).toContain(`${visits.stage.url}/invitation#`);
    await view.button('I have passed both on').click();
    await view.at('Grace');
    await expect(view.page.locator('body')).not.toContainText(code);
    // The handed-over parts open the invitation.
    const guest = await visits.stage.open(link.replace(visits.stage.url, ''));
    await expect(guest.heading).not.toHaveText('Sign in');
    await expect(guest.page.getByLabel(/code/i).first()).toBeVisible();
    await guest.close();
  });
});

describe('an administrator', () => {
  test('receives a resource from their next request on, and is removed', async () => {
    const ada = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, ada.account, { name: 'Shop' });
    const grace = await graceOf(ada);
    await overwrite(visits.ports, administratorDocument.key(ada.account, grace.id), { name: 'Grace' });
    const hers = await enter(grace, `/console/resources/${shop.id}`);
    await expect(hers.main.getByText('Not found')).toBeVisible();
    const grants = [{ resource: shop.id, allowed: false }];
    await overwrite(visits.ports, administratorDocument.key(ada.account, grace.id), { grants });
    await hers.page.reload();
    await expect(hers.main.getByText('You can view this but not change it.')).toBeVisible();
    const view = await enter(ada, pathOf(grace));
    await view.page.getByLabel('Shop').selectOption('Can see it and use their role there');
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    await hers.page.reload();
    await hers.fill({ Name: 'The shop' });
    await hers.button('Save changes').click();
    await expect(hers.toast('Saved.')).toBeVisible();
    await view.button('Remove this administrator').click();
    await expectAccessible(view, 'remove');
    await view.confirmByName('Grace');
    await expect(view.toast('Grace no longer exists.')).toBeVisible();
    await hers.page.reload();
    await expect(hers.heading).toHaveText(/Sign in|Which account/);
  });

  test('of the help desk, and one who only reads, see only what they can do', async () => {
    const ada = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, ada.account, { name: 'Shop' });
    const { user } = await addUser(visits.ports, ada.account, shop, { user: { login: 'bob' } });
    await overwrite(visits.ports, userDocument.key(user.id), { blocked: true });
    const fob = await addToken(visits.ports, ada.account, { kind: 'hotp', owner: user.id });
    await overwrite(visits.ports, tokenDocument.key(fob.id), { lock: { reason: 'otp-failures', at: 0 } });
    const email = `joe-of-${ada.id}@acme.example`;
    const grants = [{ resource: shop.id, allowed: true }];
    const joe = await addAdministrator(visits.ports, ada.account, { email, grants, role: 'help-desk' });
    const his = await enter(joe, '/console/users');
    await expect(
      his.page.getByRole('navigation', { name: 'Account and settings' }).getByText('Help desk'),
    ).toBeVisible();
    await expect(his.page.getByRole('link', { name: 'New user' })).toHaveCount(0);
    await his.page.goto(`${visits.stage.url}/console/users/${user.id}`);
    await his.button('Unblock').click();
    await expect(his.button('Block')).toHaveCount(0);
    await expect(his.page.getByRole('button', { name: /Give access/ })).toHaveCount(0);
    await his.page.goto(`${visits.stage.url}/console/tokens/${fob.id}`);
    await his.button('Unlock').click();
    await expect(his.button('Resync')).toBeVisible();
    for (const name of ['Switch off', 'Lock', 'Check a code', 'Reassign'])
      await expect(his.button(name)).toHaveCount(0);
    await overwrite(visits.ports, administratorDocument.key(ada.account, joe.id), { role: 'read-only' });
    await his.page.reload();
    await expect(his.main.getByText('Your role is read-only')).toBeVisible();
    await expect(his.page.locator('.state-acts button')).toHaveCount(0);
  });

  test('a concurrent change of grants is shown before it is overwritten', async () => {
    const ada = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, ada.account, { name: 'Shop' });
    const grace = await graceOf(ada);
    const view = await enter(ada, pathOf(grace));
    await view.page.getByLabel('Shop').selectOption('Can see it and use their role there');
    await overwrite(visits.ports, administratorDocument.key(ada.account, grace.id), {
      grants: [{ resource: shop.id, allowed: false }],
    });
    await view.button('Save changes').click();
    const conflict = view.page.getByRole('region', { name: 'Someone else has changed this' });
    await expect(conflict).toContainText('Yours: Shop: Can see it and use their role there');
    await expect(conflict).toContainText('Theirs: Shop: Can see it');
    expect((await stored(grace)).grants).toEqual([{ resource: shop.id, allowed: false }]);
  });

  test('becomes the superuser, after their name is typed and both factors are verified', async () => {
    const ada = await createSuperuser(visits.stage);
    const grace = await graceOf(ada);
    await overwrite(visits.ports, administratorDocument.key(ada.account, grace.id), { name: 'Grace' });
    const view = await enter(ada, pathOf(ada));
    await expect(view.main.getByText('The superuser cannot be removed.')).toBeVisible();
    await expect(view.button('Transfer the superuser role')).toHaveCount(0);
    await view.page.goto(visits.stage.url + pathOf(grace));
    await view.button('Transfer the superuser role').click();
    const dialog = view.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await expect(dialog.getByRole('alert')).toHaveText('That does not match.');
    await dialog.getByRole('textbox').fill('Grace');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await expect(dialog.getByRole('heading', { name: 'Confirm with both factors' })).toBeVisible();
    await expect(dialog.getByLabel('Password').first()).toBeFocused();
    await expectAccessible(view, 'proof');
    const prove = async (password: string) => {
      await dialog.getByLabel('Password').first().fill(password);
      await dialog.getByLabel('One-time code').fill(nextCode(visits.stage, ada.secret));
      await dialog.getByRole('button', { name: 'Transfer the role' }).click();
    };
    // SR-38: a user of an unattended desk does not get the account.
    await prove('not the password of hers');
    await expect(dialog.getByRole('alert').filter({ hasText: /./ })).toBeVisible();
    expect((await read(visits.ports, accountDocument.key(ada.account))).superuser).toBe(ada.id);
    await prove(ada.password);
    await expect(view.heading).toHaveText(/Sign in|Which account/);
    expect((await read(visits.ports, accountDocument.key(ada.account))).superuser).toBe(grace.id);
  });
});

// SR-81. The attack: a code is typed on a phishing page. The superuser's own way in is not lost on the way.
test.each([
  ['a phone', PHONE],
  ['a desk', DESK],
])('SR-81: the superuser requires passkeys once all have one, and allows codes again, on %s', async (_, size) => {
  const ada = await createSuperuser(visits.stage);
  const grace = await graceOf(ada);
  await overwrite(visits.ports, administratorDocument.key(ada.account, grace.id), { name: 'Grace' });
  const view = await enter(ada, '/console/administrators', size);
  const policy = view.main.getByRole('region', { name: 'Passkeys only', exact: true });
  const lacking = policy.getByRole('list', { name: 'Administrators without a passkey', exact: true });
  const require = policy.getByRole('button', { name: 'Require passkeys', exact: true });
  await expect(lacking.getByRole('listitem')).toHaveCount(2);
  await expect(lacking).toContainText(`Ada (You) ${ada.email}`);
  await expect(lacking).toContainText(`Grace ${grace.email}`);
  await expect(policy).toContainText('the only way back is “countersign admin recover” on the server');
  await expect(require).toHaveCount(0);
  await expectAccessible(view, 'passkeys are missing');

  await attachAuthenticator(view.page, []);
  await view.goTo('/console/your-sign-in');
  await view.button('Passkeys: Add').click();
  await view.fill({ 'Current password': ada.password, 'One-time code': nextCode(visits.stage, ada.secret) });
  await view.button('Continue').click();
  await view.button('Create the passkey').click();
  await expect(view.main.getByText('The passkey was added.')).toBeFocused();
  const { passkeys = [] } = await stored(ada);
  const give = (has: typeof passkeys) =>
    overwrite(visits.ports, administratorDocument.key(ada.account, grace.id), { passkeys: has });
  await give(passkeys);
  await view.page.goto(`${visits.stage.url}/console/administrators`);

  const prove = async (action: string, password = ada.password) => {
    const dialog = view.page.getByRole('dialog', { name: 'Confirm with both factors', exact: true });
    await dialog.getByLabel('Current password', { exact: true }).fill(password);
    await dialog.getByRole('button', { name: action, exact: true }).click();
  };
  await require.click();
  await expectAccessible(view, 'proof with a passkey');
  await prove('Require passkeys', 'not the password of hers');
  await expect(view.wrong.filter({ hasText: /./ })).toHaveText(
    'These sign-in details are not right. Check them and try again.',
  );
  // Meanwhile one is left without.
  await give([]);
  await prove('Require passkeys');
  await expect(view.toast('An active administrator has no passkey yet and could not sign in any more.')).toBeVisible();
  await expect(lacking.getByRole('listitem')).toHaveText([`Grace ${grace.email}`]);
  await give(passkeys);
  await view.page.reload();
  await require.click();
  await prove('Require passkeys');
  // The session began with a code.
  await expect(view.heading).toHaveText(/Sign in|Which account/);
  await openPasswordStep(view, ada);
  await view.fill({ Password: ada.password });
  await view.button('Sign in').click();
  await view.at('Use a passkey');
  await view.button('Use a passkey').click();
  await expect(view.heading).toHaveText(/^(Home|Administrators)$/);

  await view.page.goto(`${visits.stage.url}/console/administrators`);
  await expect(policy).toContainText('with their password and a passkey, and in no other way.');
  await policy.getByRole('button', { name: 'Allow codes again', exact: true }).click();
  await prove('Allow codes again');
  await expect(view.toast('Administrators can sign in with codes again.')).toBeVisible();
  await expect(require).toBeVisible();
  expect(await read(visits.ports, accountDocument.key(ada.account))).not.toHaveProperty('administratorFactors');
});

test('SR-81: what the installation requires is shown, without a switch', async () => {
  const ada = await createSuperuser(visits.stage);
  const view = await enter(ada, '/console');
  await view.page.route('**/v1/administrator-factors', (route) =>
    route.fulfill({ json: { factors: 'passkey', decidedBy: 'installation', withoutPasskey: [] } }),
  );
  await view.goTo('/console/administrators');
  const policy = view.main.getByRole('region', { name: 'Passkeys only', exact: true });
  await expect(policy).toContainText('The installation decides this for all accounts');
  await expect(policy.getByRole('button')).toHaveCount(0);
});

// SR-27: only the superuser sees administrators. Others read about the roles.
test('an administrator who is not the superuser reads about the roles, and requests no administrators', async () => {
  const ada = await createSuperuser(visits.stage);
  const grace = await graceOf(ada);
  const view = await enter(grace, '/console');
  await view.at('Home');
  await expect(view.page.getByRole('link', { name: 'Administrators', exact: true })).toHaveCount(0);
  const asked: string[] = [];
  view.page.on('request', (request) => asked.push(request.url()));
  for (const path of ['/console/administrators', '/console/administrators/new', pathOf(ada)]) {
    await view.goTo(path);
    await expect(view.main.getByText('Only the superuser can use this page.')).toBeVisible();
    await expect(view.main.getByText('Sees the resources assigned to them,')).toBeVisible();
  }
  expect(asked.filter((url) => /\/v1\/(administrators|invitations)/.test(url))).toEqual([]);
});

test('SR-30: markup in names is text', async () => {
  const ada = await createSuperuser(visits.stage);
  const paths: string[] = [];
  for (const [at, name] of CORPUS.entries()) {
    const one = await addActive(visits.ports, ada.account, { email: `admin-${at}-of-${ada.id}@acme.example` });
    await overwrite(visits.ports, administratorDocument.key(ada.account, one.id), { name });
    paths.push(pathOf(one));
  }
  const view = await enter(ada, '/console');
  const executions = await recordExecutions(view.page.context());
  await view.goTo('/console/administrators');
  for (const name of CORPUS) await expect(view.page.locator('tbody')).toContainText(name);
  for (const [at, name] of CORPUS.entries()) {
    await view.goTo(paths[at] ?? '');
    await view.at(name);
    await view.button('Transfer the superuser role').click();
    await expect(view.page.getByRole('dialog')).toContainText(name);
    await view.page.keyboard.press('Escape');
  }
  expect(executions).toEqual([]);
});

testAccessibility('in the pages of administrators', async (size) => {
  const ada = await createSuperuser(visits.stage);
  await addResource(visits.ports, ada.account, { name: 'A resource with a name that is rather long for a phone' });
  const grace = await graceOf(ada);
  const view = await enter(ada, '/console/administrators', size);
  await expect(view.main.getByText('Sees the resources assigned to them,')).toBeVisible();
  await expect(view.page.locator('.skeleton')).toHaveCount(0);
  await expectAccessible(view, 'list');
  for (const path of ['/console/administrators/new', pathOf(grace), pathOf(ada)]) {
    await view.goTo(path);
    await view.heading.waitFor();
    await expect(view.page.locator('.skeleton')).toHaveCount(0);
    await expectAccessible(view, path);
  }
});
