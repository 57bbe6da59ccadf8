import { describe, test } from 'vitest';
import type { UserId } from '../server/kernel/ids.ts';
import type { Resource } from '../server/resources/resource.ts';
import { addAdministrator } from '../server/testing/administrators.ts';
import { consumeAll, sealEvents } from '../server/testing/consuming.ts';
import { append } from '../server/testing/event-stream.ts';
import { addResource, addToken, addUser, overwrite, read, setState } from '../server/testing/fixtures.ts';
import { trustIn } from '../server/testing/trust-fixture.ts';
import { tokenDocument } from '../server/tokens/documents.ts';
import { userDocument } from '../server/users/documents.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';

const visits = openConsoleSessions('console users');
const { enter } = visits;

const pathOf = ({ id }: { id: string }, tab = '') => `/console/users/${id}${tab}`;
const stored = (id: string) => read(visits.ports, userDocument.key(id as UserId));
const enrolling = { enrolment: { kinds: ['totp'], required: false } } as unknown as Partial<Resource>;

describe('the list', () => {
  test('is filtered and searched by the service, and keeps both in its address', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const office = await addResource(visits.ports, who.account, { name: 'Office' });
    const { user: maria } = await addUser(visits.ports, who.account, shop, {
      user: { login: 'maria', email: 'keller@acme.example' },
    });
    const { user: jonas } = await addUser(visits.ports, who.account, office, { user: { login: 'jonas' } });
    await overwrite(visits.ports, userDocument.key(maria.id), { blocked: true });
    const view = await enter(who, `/console/users?resource=${office.id}`);
    const rows = view.page.locator('tbody tr');
    await expect(rows).toHaveCount(1);
    await expect(view.main.getByText('Total: 1')).toBeVisible();
    await expect(rows).toContainText('jonas');
    await expect(view.page.getByLabel('Any resource')).toHaveValue(office.id);
    await view.page.getByLabel('Any resource').selectOption('');
    await expect(rows).toHaveCount(2);
    // The search covers all names, not only the login.
    await view.field('Search').fill('Keller@');
    await expect(rows).toHaveCount(1);
    await expect(view.page).toHaveURL(/search=Keller%40/);
    await rows.getByRole('link').click();
    await view.at('maria');
    await view.page.goBack();
    await view.field('Search').fill('');
    await expect(rows).toHaveCount(2);
    await view.page.getByRole('button', { name: 'Sort by Login' }).click();
    await expect(rows.first()).toContainText('jonas');
    expect(jonas.blocked).toBe(false);
  });

  test('is filtered by the second factor of its users', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    for (const [login, state] of [
      ['lou', 'locked'],
      ['dan', 'deactivated'],
    ] as const) {
      await addUser(visits.ports, who.account, shop, { user: { login }, tokens: [{ state }] });
    }
    await addUser(visits.ports, who.account, shop, { user: { login: 'nora' } });
    const view = await enter(who, '/console/users');
    const rows = view.page.locator('tbody tr');
    const filter = view.page.getByLabel('Any second factor');
    for (const [choice, login] of [
      ['Locked tokens', 'lou'],
      ['Tokens deactivated', 'dan'],
      ['Without a second factor', 'nora'],
    ] as const) {
      await filter.selectOption(choice);
      await expect(rows).toHaveCount(1);
      await expect(rows).toContainText(login);
    }
    await expect(view.page).toHaveURL(/secondFactor=none/);
  });

  test('shows the day of the last sign-in, and who never signed in', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const { user: ina } = await addUser(visits.ports, who.account, shop, { user: { login: 'ina' } });
    await addUser(visits.ports, who.account, shop, { user: { login: 'nils' } });
    const actor = { kind: 'user', id: ina.id } as const;
    const signIn = {
      type: 'authentication',
      outcome: 'granted',
      account: who.account,
      actor,
      subject: ina.id,
    } as const;
    await append(visits.ports, ina.id, [{ ...signIn, resource: shop.id, at: Date.UTC(2026, 0, 15, 23, 59) }]);
    await consumeAll(visits.ports);
    const view = await enter(who, '/console/users');
    const row = (login: string) =>
      view.page.getByRole('row').filter({ has: view.page.getByRole('link', { name: login }) });
    await expect(row('ina').getByRole('cell', { name: 'Jan 15, 2026', exact: true })).toBeVisible();
    await expect(row('nils').getByRole('cell', { name: 'Never', exact: true })).toBeVisible();
    await view.page.getByLabel('Signed in or not').selectOption('Never signed in');
    await expect(view.page.locator('tbody tr')).toHaveCount(1);
    await expect(row('nils')).toBeVisible();
    await expect(view.page).toHaveURL(/signedIn=false/);
  });

  test('several are given access, blocked, and deleted by typing their number', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const office = await addResource(visits.ports, who.account, { name: 'Office' });
    const made = [];
    for (const login of ['a', 'b']) {
      made.push((await addUser(visits.ports, who.account, shop, { user: { login } })).user);
    }
    const view = await enter(who, '/console/users');
    const all = view.page.getByLabel('Select all on this page');
    await all.check();
    await view.button('Give access…').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Office' }).click();
    await expect(view.toast('Done for 2.')).toBeVisible();
    for (const { id } of made) {
      expect((await stored(id)).assignments.map(({ resource }) => resource)).toEqual([shop.id, office.id]);
    }
    await all.check();
    await view.button('Block').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await expect(view.page.getByRole('row', { name: /Blocked/ })).toHaveCount(2);
    await view.button('Undo').click();
    await expect(view.page.getByRole('row', { name: /Blocked/ })).toHaveCount(0);
    await all.check();
    await view.button('Delete').click();
    const dialog = view.page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('3');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(dialog.getByRole('alert')).toHaveText('That does not match.');
    await view.confirmByName('2');
    await expect(view.main.getByText('No users yet')).toBeVisible();
  });
});

describe('one of them', () => {
  test('is created, given access and loses it again, and each change can be undone', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    await addResource(visits.ports, who.account, { name: 'Tests', testMode: 'pass' });
    const view = await enter(who, '/console/users');
    await expect(view.main.getByText('No users yet')).toBeVisible();
    await view.page.keyboard.press('c');
    await view.at('New user');
    await view.fill({ Login: 'maria keller', Email: 'nonsense' });
    await view.button('Create the user').click();
    await expect(view.wrong.first()).toHaveText('It cannot contain spaces.');
    await view.fill({ Login: 'maria', Email: 'maria@acme.example' });
    await view.button('Create the user').click();
    await view.at('maria');
    const id = new URL(view.page.url()).pathname.split('/').at(-1) ?? '';
    expect(await stored(id)).toMatchObject({ login: 'maria', email: 'maria@acme.example' });
    expect(await stored(id)).not.toHaveProperty('alias');
    await addToken(visits.ports, who.account, { owner: (await stored(id)).id });

    await view.page.reload();
    await view.button('Give access').click();
    const dialog = view.page.getByRole('dialog');
    await expect(dialog.getByRole('button', { name: /Tests/ })).toBeDisabled();
    await dialog.getByRole('button', { name: 'Shop' }).click();
    await expect(dialog.getByLabel(/Together with phone/)).toBeChecked();
    await dialog.getByLabel(/Without a token/).check();
    await dialog.getByRole('button', { name: 'Give access' }).click();
    await expect(view.toast('Access was given.')).toBeVisible();
    expect((await stored(id)).assignments).toEqual([{ resource: shop.id, alone: true, tokens: [] }]);
    await view.button('Give access').click();
    await dialog.getByRole('button', { name: 'Shop' }).click();
    // Granted access is not offered again.
    await expect(dialog.getByRole('radio')).toHaveCount(1);
    await dialog.getByRole('button', { name: 'Give access' }).click();
    await expect(view.page.locator('.access li')).toHaveCount(2);
    await view.button('Remove').first().click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await expect(view.page.locator('.access li')).toHaveCount(1);
    expect((await stored(id)).assignments[0]).toMatchObject({ alone: false });
    await view.button('Undo').last().click();
    await expect(view.page.locator('.access li')).toHaveCount(2);
  });

  test('is blocked, and the page says since when and by whom', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const { user } = await addUser(visits.ports, who.account, shop, { user: { login: 'maria' } });
    const view = await enter(who, pathOf(user));
    await view.button('Block').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await expect(view.button('Unblock')).toBeVisible();
    expect((await stored(user.id)).blocked).toBe(true);
    await sealEvents(visits.ports);
    await view.page.reload();
    await expect(view.main.getByText(/^Cannot sign in anywhere.*Since .*You/)).toBeVisible();
    await view.page.getByRole('link', { name: 'History' }).click();
    const lines = view.page.locator('.history li');
    await expect(lines.first()).toContainText('User changed');
    await expect(lines.first()).toContainText('changed: blocked');
    await expect(lines.filter({ hasText: 'Assigned' })).toContainText('Shop');
    await view.page.getByRole('link', { name: 'Overview' }).click();
    await view.button('Unblock').click();
    await expect(view.button('Block')).toBeVisible();
    expect((await stored(user.id)).blocked).toBe(false);
  });

  test('with a locked token shows it, with a link to unlock it', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const scene = await addUser(visits.ports, who.account, shop, {
      user: { login: 'maria' },
      tokens: [{ state: 'locked' }, {}],
    });
    const view = await enter(who, pathOf(scene.user));
    const message = view.page.locator('.strip.warn');
    await expect(message).toHaveCount(1);
    await expect(message).toContainText('is locked after too many wrong codes');
    await message.getByRole('link').click();
    await expect(view.page).toHaveURL(new RegExp(`/console/tokens/${scene.tokens[0]?.id}$`));
    await view.button('Unlock').click();
    await view.page.goBack();
    await expect(view.button('Block')).toBeVisible();
    await expect(message).toHaveCount(0);
  });

  test('is sent links, which only they receive', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop', ...enrolling });
    await addResource(visits.ports, who.account, { name: 'Office' });
    const { user } = await addUser(visits.ports, who.account, shop, { user: { login: 'maria' } });
    const view = await enter(who, pathOf(user));
    await expect(view.main.getByText('This user has no email address.')).toBeVisible();
    await view.page.getByRole('link', { name: 'Details' }).click();
    await view.fill({ Email: 'maria@acme.example' });
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    await view.page.getByRole('link', { name: 'Overview' }).click();
    await view.button('Password reset link').click();
    await view.page.getByLabel('Language of the email').selectOption('de');
    await view.button('Send').click();
    await expect(view.toast(/^Sent\. The link works until/)).toBeVisible();
    const reset = visits.ports.courier.last('password-reset', 'maria@acme.example');
    expect(reset.login).toBe('maria');
    expect(await view.page.content()).not.toContain(reset.path.slice(-20));
    await view.button('Enrolment link').click();
    const dialog = view.page.getByRole('dialog');
    await expect(dialog.getByRole('button', { name: /Office.*no access there/ })).toBeDisabled();
    await dialog.getByRole('button', { name: 'Shop' }).click();
    await view.button('Send').click();
    await expect(view.toast(/^Sent\./)).toHaveCount(2);
    expect(visits.ports.courier.last('enrolment-link', 'maria@acme.example').site).toBe('Shop');
  });

  test('loses an alias by clearing it, and another user’s name is refused', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    await addUser(visits.ports, who.account, shop, { user: { login: 'jonas' } });
    const { user } = await addUser(visits.ports, who.account, shop, { user: { login: 'maria', alias: 'mk' } });
    const view = await enter(who, pathOf(user, '/details'));
    await view.fill({ Alias: 'JONAS' });
    await view.button('Save changes').click();
    await expect(view.wrong.first()).toHaveText('Another user of this account has that name.');
    // The error is shown at the one of four names that it concerns, which gets the focus.
    await expect(view.field('Alias')).toBeFocused();
    await expect(view.field('Alias')).toHaveAttribute('aria-invalid', 'true');
    await expect(view.field('Login')).not.toHaveAttribute('aria-invalid', 'true');
    await view.fill({ Alias: '' });
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    expect(await stored(user.id)).not.toHaveProperty('alias');
    await view.button('Delete this user').click();
    await view.confirmByName('maria');
    await expect(view.toast('maria was deleted.')).toBeVisible();
    await view.at('Users');
  });
});

// SR-27 in the user interface.
describe('an administrator who is not the superuser', () => {
  test('sees users of other resources too, and changes and deletes their own', async () => {
    const ada = await createSuperuser(visits.stage);
    const own = await addResource(visits.ports, ada.account, { name: 'Own' });
    const other = await addResource(visits.ports, ada.account, { name: 'Other' });
    const { user: theirs } = await addUser(visits.ports, ada.account, other, {
      user: { login: 'theirs', email: 'theirs@x.example' },
    });
    const { user: mine } = await addUser(visits.ports, ada.account, own, { user: { login: 'mine' } });
    const grace = await addAdministrator(visits.ports, ada.account, {
      email: `grace-of-${ada.id}@acme.example`,
      grants: [{ resource: own.id, allowed: true }],
    });
    const view = await enter(grace, pathOf(theirs));
    await expect(view.main.getByText('you can view them but not change them').first()).toBeVisible();
    for (const name of ['Block', 'Remove']) await expect(view.button(name)).toHaveCount(0);
    await expect(view.button('Password reset link')).toBeDisabled();
    await expect(view.button('Give access')).toHaveCount(0);
    await expect(view.main.getByText('Also at resources that you do not see: 1.', { exact: false })).toBeVisible();
    await expect(view.page.locator('body')).not.toContainText(other.name);
    await view.page.getByRole('link', { name: 'Details' }).click();
    await expect(view.field('Login')).toHaveAttribute('readonly', '');
    await expect(
      view.main.getByText('Only the superuser and the administrator who created them can delete a user.'),
    ).toBeVisible();
    await expectAccessible(view, 'read only');
    await view.page.goto(visits.stage.url + pathOf(mine));
    await view.button('Block').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await expect(view.button('Unblock')).toBeVisible();
  });
});

// SR-30. The attack: a name that users choose themselves, or a file, contains markup, for administrators to open.
test('SR-30: markup in names is text, in lists, titles, dialogs, choices and imports', async () => {
  const who = await createSuperuser(visits.stage);
  const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
  const made = [];
  for (const [at, name] of CORPUS.entries()) {
    // A login has no spaces and at most 50 characters; some of the corpus fits unchanged.
    const login = /\s/.test(name) || name.length > 50 ? `p${at}` : name;
    const person = await addUser(visits.ports, who.account, shop, {
      user: { login, firstName: name, secondName: name },
      tokens: [{}],
    });
    const token = person.tokens[0];
    if (token) await overwrite(visits.ports, tokenDocument.key(token.id), { name });
    made.push(person.user);
  }
  const view = await enter(who, '/console');
  const executions = await recordExecutions(view.page.context());
  await view.goTo('/console/users');
  await expect(view.page.getByRole('row')).toHaveCount(CORPUS.length + 1);
  for (const [at, name] of CORPUS.entries()) {
    const one = made[at];
    if (!one) continue;
    await view.goTo(pathOf(one));
    await view.at(one.login);
    await expect(view.page.locator('.head-lead')).toContainText(`${name} ${name}`);
    await expect(view.page.locator('.things')).toContainText(name);
    await view.button('Block').click();
    await expect(view.page.getByRole('dialog').getByRole('heading')).toHaveText(`Block “${one.login}”?`);
    await view.page.keyboard.press('Escape');
    await expect(view.page.locator('main img, main script, main meta, main iframe')).toHaveCount(0);
    expect(executions).toEqual([]);
  }
  await view.goTo('/console/users/import');
  const rows = CORPUS.map((name) => `"${name.replaceAll('"', '""')}"`).join('\n');
  const buffer = Buffer.from(`login,<img src=x onerror=pwned()>\n${rows}\n`);
  await view.page.locator('input[type=file]').setInputFiles({ name: `${CORPUS[2]}.csv`, mimeType: 'text/csv', buffer });
  await expect(view.page.locator('tbody tr')).toHaveCount(CORPUS.length);
  await expect(view.page.locator('main img, main script, main meta, main iframe')).toHaveCount(0);
  expect(executions).toEqual([]);
});

testAccessibility('in any of the pages of users', async (size) => {
  const who = await createSuperuser(visits.stage);
  const empty = await enter(who, '/console/users', size);
  await expect(empty.main.getByText('No users yet')).toBeVisible();
  await expectAccessible(empty, 'empty list');
  const shop = await addResource(visits.ports, who.account, {
    name: 'A shop with a name that is rather long for a phone, and aword-that-goes-on-and-on',
    ...enrolling,
    trustedBrowserDays: 30,
  });
  const scene = await addUser(visits.ports, who.account, shop, {
    user: { login: `a-login-of-fifty-characters-${'x'.repeat(22)}`, email: `${'y'.repeat(60)}@acme.example` },
    tokens: [{}, { kind: 'hotp' }],
    alone: true,
  });
  const { user, tokens } = scene;
  if (tokens[1]) await setState(visits.ports, who.account, tokens[1].id, 'locked');
  const ports = { ...visits.ports, issuer: visits.stage.url };
  await trustIn(scene, { ports, address: '203.0.113.7', browser: { userAgent: 'Firefox/140.0 (Linux)' } });
  await sealEvents(visits.ports);
  const view = await enter(who, '/console/users', size);
  await view.page.getByRole('checkbox').first().check();
  await expectAccessible(view, 'list');
  for (const path of [
    '/console/users/new',
    '/console/users/import',
    ...['', '/details', '/history'].map((tab) => pathOf(user, tab)),
  ]) {
    await view.goTo(path);
    await view.heading.waitFor();
    await expect(view.page.locator('.skeleton')).toHaveCount(0);
    await expectAccessible(view, path);
  }
  await view.goTo(pathOf(user));
  await view.button(/^End trust Firefox · Linux · 203.0.113.7 .* A shop/).waitFor();
  await view.button('End trust in all of them').click();
  await expect(view.page.locator('body')).not.toContainText('203.0.113.7');
  await view.button('Give access').click();
  await expect(view.page.locator('.picks li')).toHaveCount(1);
  await expectAccessible(view, 'choosing');
  await view.page
    .getByRole('dialog')
    .getByRole('button', { name: /^A shop/ })
    .click();
  await expectAccessible(view, 'giving');
});
