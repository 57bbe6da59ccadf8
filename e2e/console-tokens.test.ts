import { IMPORT_MAX_BYTES } from '@countersign/protocol/token-import';
import { describe, test } from 'vitest';
import { codeAt } from '../console/tokens/first-code.ts';
import type { TokenId } from '../server/kernel/ids.ts';
import { addAdministrator } from '../server/testing/administrators.ts';
import { sealEvents } from '../server/testing/consuming.ts';
import { addResource, addToken, addUser, overwrite, read, setState, wrongCode } from '../server/testing/fixtures.ts';
import { RFC_SECRET } from '../server/testing/samples.ts';
import { tokenDocument } from '../server/tokens/documents.ts';
import { base32Decode, base32Encode } from '../server/tokens/kinds/oath/base32.ts';
import { isOath } from '../server/tokens/token.ts';
import { userDocument } from '../server/users/documents.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { type ConsoleView, expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';

const visits = openConsoleSessions('console tokens');
const { enter } = visits;

const pathOf = ({ id }: { id: string }, tab = '') => `/console/tokens/${id}${tab}`;
const stored = (id: TokenId) => read(visits.ports, tokenDocument.key(id));
/** Leaves the page, although the console shows a secret once. */
const leaving = (view: ConsoleView) => view.page.on('dialog', (dialog) => dialog.accept());
const idIn = (view: ConsoleView) => new URL(view.page.url()).pathname.split('/').at(-1) as TokenId;

describe('the list', () => {
  test('shows state, kind and owner, filters by them, and unlocks several at once', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const { tokens } = await addUser(visits.ports, who.account, shop, {
      user: { login: 'maria' },
      tokens: [{}, { kind: 'hotp', state: 'locked' }],
    });
    const fob = await addToken(visits.ports, who.account, { kind: 'hotp', state: 'locked' });
    const view = await enter(who, '/console/tokens');
    const rows = view.page.locator('tbody tr');
    // And the one with which Ada herself signs in.
    await expect(rows).toHaveCount(4);
    await expect(rows.filter({ hasText: 'an administrator' })).toHaveCount(1);
    await expect(rows.filter({ hasText: 'maria' })).toHaveCount(2);
    await view.page.getByLabel('Any state').selectOption('locked');
    await expect(rows).toHaveCount(2);
    await expect(view.page).toHaveURL(/state=locked/);
    await view.page.getByLabel('Select all on this page').check();
    await view.button('Unlock').click();
    await expect(view.toast('Done for 2.')).toBeVisible();
    await expect(view.main.getByText('Nothing matches.')).toBeVisible();
    expect((await stored(fob.id)).lock).toBeUndefined();
    await view.page.getByLabel('Any state').selectOption('');
    await view.page.getByLabel('Any kind').selectOption('hotp');
    await expect(rows).toHaveCount(2);
    expect(tokens).toHaveLength(2);
  });

  test('of several pages says how many there are', async () => {
    const who = await createSuperuser(visits.stage);
    for (let made = 0; made < 55; made++) await addToken(visits.ports, who.account, {});
    const { main } = await enter(who, '/console/tokens');
    await expect(main.getByText('Total: 56')).toBeVisible();
  });
});

describe('a state', () => {
  test('locked shows why and since when, and ends by unlocking', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const { tokens } = await addUser(visits.ports, who.account, shop, { user: { login: 'maria' }, tokens: [{}] });
    const [token] = tokens;
    if (!token) throw new Error('no token');
    const at = Date.UTC(2026, 0, 2, 3, 4, 5);
    await overwrite(visits.ports, tokenDocument.key(token.id), { lock: { reason: 'otp-failures', at }, failures: 6 });
    const view = await enter(who, pathOf(token));
    const panel = view.page.getByRole('region', { name: 'State' });
    await expect(panel).toContainText('too many wrong codes in a row');
    await expect(panel.locator('time')).toHaveAttribute('datetime', '2026-01-02T03:04:05.000Z');
    await expect(view.button('Resync')).toHaveCount(0);
    await view.button('Unlock').click();
    await expect(panel).toContainText('Its codes are accepted');
    expect(await stored(token.id)).toMatchObject({ failures: 0 });
    await view.button('Switch off').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
    await expect(panel).toContainText('the password alone is enough');
    expect((await stored(token.id)).enabled).toBe(false);
    await view.button('Undo').last().click();
    await expect(panel).toContainText('Its codes are accepted');
  });

  test('out of step ends with two codes in a row; wrong ones are counted, and the page says so', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const scene = await addUser(visits.ports, who.account, shop, {
      user: { login: 'maria' },
      tokens: [{ kind: 'hotp', state: 'out-of-step' }],
    });
    const [token] = scene.tokens;
    if (!token) throw new Error('no token');
    const view = await enter(who, pathOf(token));
    await view.button('Resync').click();
    const dialog = view.page.getByRole('dialog');
    const answer = async (first: string, second: string) => {
      await view.fill({ 'First code': first, 'The code after it': second });
      await dialog.getByRole('button', { name: 'Resync' }).click();
    };
    await answer('12', '');
    await expect(dialog.getByRole('alert').first()).toHaveText(/^6 to 10 digits/);
    await answer(await wrongCode(scene), await wrongCode(scene, 1));
    await expect(dialog.getByRole('alert').last()).toHaveText(/The attempt was counted/);
    expect((await stored(token.id)).resyncFailures).toBe(1);
    await answer(await token.code(7), await token.code(8));
    await expect(view.toast('Back in sync.')).toBeVisible();
    const after = await stored(token.id);
    expect([after.nextCounter, after.needsResync]).toEqual([9, undefined]);
    await expect(view.page.getByRole('region', { name: 'State' })).toContainText('Its codes are accepted');
  });
});

describe('creating one', () => {
  test('for an app: the code is scanned, the first code checked without using it, and access given', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const { user } = await addUser(visits.ports, who.account, shop, { user: { login: 'maria' } });
    const view = await enter(who, `/console/users/${user.id}`);
    leaving(view);
    await view.page.getByRole('link', { name: 'Add' }).click();
    await view.at('New token');
    await expect(view.page.locator('.for-whom')).toContainText('maria');
    await view.page.getByRole('link', { name: /^Authenticator app/ }).click();
    await view.button('Create the token').click();
    await expect(view.main.getByText('shown only once')).toBeVisible();
    // SR-23: the picture is drawn in the browser, and its content is nowhere else.
    await expect(view.page.locator('.enrolment img')).toHaveAttribute('src', /^data:image\/svg\+xml.*rect|path/s);
    const secret = await view.secret();
    const check = async (otp: string) => {
      await view.field('Check the first code that it shows').fill(otp);
      await view.button('Check').click();
    };
    const app = { kind: 'totp', secret, algorithm: 'SHA1', digits: 6, periodMs: 30_000, counter: 0 } as const;
    const step = Math.floor(visits.ports.clock.now() / 30_000);
    await check(await codeAt(app, step + 12));
    await expect(view.main.getByText('the clock of the device is fast by about 6 min')).toBeVisible();
    await check(await codeAt(app, step + 5_000));
    await expect(view.main.getByText('That is not a code of this token.')).toBeVisible();
    await check(await codeAt(app, step));
    await expect(view.main.getByText('That is right. The device is set up.')).toBeVisible();
    await expectAccessible(view, 'enrolled');
    await view.button('Give access: With maria').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Shop' }).click();
    await expect(view.page.locator('.access').first()).toContainText('Shop');
    await view.page.getByRole('link', { name: 'Go to the token' }).click();
    await view.at('Authenticator app (TOTP)');
    const made = await stored(idIn(view));
    // The checks sent nothing to the service.
    expect(made).toMatchObject({ owner: user.id, failures: 0, nextCounter: 0 });
    const person = await read(visits.ports, userDocument.key(user.id));
    expect(person.assignments[0]?.tokens).toEqual([{ token: made.id, epoch: made.epoch }]);
    expect(await view.page.content()).not.toContain(secret);
    await view.page.goBack();
    await expect(view.page.locator('body')).not.toContainText('shown only once');
    expect(await view.page.content()).not.toContain(secret);
  });

  test('for a device with a serial number and its secret; an invalid one is reported at its field', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/tokens/new?kind=hardware');
    leaving(view);
    await view.fill({ 'Serial number': '0815-4711', Secret: '018' });
    await view.button('Create the token').click();
    await expect(view.wrong.first()).toHaveText(/letters A to Z/);
    await expect(view.field('Secret')).toBeFocused();
    await view.fill({ Secret: base32Encode(RFC_SECRET).toLowerCase(), 'Next counter': '3' });
    await view.page.getByLabel(/^Button presses/).check();
    await view.page.getByRole('switch', { name: 'PIN' }).check();
    await view.fill({ Digits: '1234' });
    await view.button('Create the token').click();
    await expect(view.main.getByText('The code alone, without the PIN.', { exact: false })).toBeVisible();
    expect(base32Decode(await view.secret())).toEqual(RFC_SECRET);
    await view.field('Check the first code that it shows').fill('969429');
    await view.button('Check').click();
    await expect(view.main.getByText('That is right.')).toBeVisible();
    await view.page.getByRole('link', { name: 'Go to the token' }).click();
    await expect(view.page.locator('.facts')).toContainText('0815-4711');
    const made = await stored(idIn(view));
    expect(made).toMatchObject({ serial: '0815-4711', nextCounter: 3, factor: { kind: 'hotp' } });
    expect(made.pin?.position).toBe('before');
    expect(isOath(made)).toBe(true);
  });

  test('for OCRA, SMS and email, and ten recovery codes for a user', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    await addUser(visits.ports, who.account, shop, { user: { login: 'maria' } });
    const view = await enter(who, '/console/tokens/new?kind=ocra');
    leaving(view);
    await view.fill({ 'OCRA suite': 'OCRA-1:nonsense' });
    await view.button('Create the token').click();
    await expect(view.wrong.first()).toHaveText('This value is not valid.');
    await view.fill({ 'OCRA suite': 'OCRA-1:HOTP-SHA256-8:C-QN08' });
    await view.button('Create the token').click();
    expect(await view.secret()).toMatch(/^[A-Z2-7]{26,}$/);
    await view.page.getByRole('link', { name: 'Go to the token' }).click();
    await view.button('Resync').click();
    await expect(view.page.getByRole('dialog').getByLabel(/^Response to [0-9]{8}$/)).toHaveCount(2);
    await view.page.keyboard.press('Escape');

    await view.page.goto(`${visits.stage.url}/console/tokens/new?kind=sms`);
    await view.fill({ 'Phone number': '0151 123' });
    await view.button('Create the token').click();
    await expect(view.wrong.first()).toHaveText('A + and 8 to 15 digits.');
    await view.fill({ 'Phone number': '+4915112345678' });
    await view.button('Create the token').click();
    await view.page.getByRole('link', { name: 'Go to the token' }).click();
    await expect(view.page.locator('.facts')).toContainText('+4915112345678');

    await view.page.goto(`${visits.stage.url}/console/tokens/new?kind=recovery`);
    await expect(view.main.getByText('Choose the user')).toBeVisible();
    await view.button('Choose a user').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'maria' }).click();
    await view.button('Create the token').click();
    expect(await view.recoveryCodes()).toHaveLength(10);
    await view.page.goto(`${visits.stage.url}/console/tokens/new`);
    await expect(view.main.getByText('Users register passkeys themselves')).toBeVisible();
  });
});

describe('one of them', () => {
  test('gets an owner, signs in without a user, and gets a PIN', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    const { user } = await addUser(visits.ports, who.account, shop, { user: { login: 'maria' } });
    const { user: jonas } = await addUser(visits.ports, who.account, shop, { user: { login: 'jonas' } });
    const token = await addToken(visits.ports, who.account, { owner: user.id });
    const view = await enter(who, pathOf(token));
    await view.button('Reassign').click();
    const dialog = view.page.getByRole('dialog');
    await expect(dialog.getByRole('button', { name: /maria.*Already the owner/ })).toBeDisabled();
    await dialog.getByRole('searchbox').fill('jon');
    await dialog.getByRole('button', { name: 'jonas' }).click();
    await dialog.getByRole('button', { name: 'Reassign' }).click();
    await expect(view.toast('It now belongs to jonas.')).toBeVisible();
    expect((await stored(token.id)).owner).toBe(jonas.id);
    await view.button('Give access: Without a user').click();
    await dialog.getByRole('button', { name: 'Shop' }).click();
    await expect(view.toast('Access was given.')).toBeVisible();
    expect((await stored(token.id)).directResources).toEqual([shop.id]);
    await view.button('Undo').last().click();
    await expect(view.toast('Undone.')).toBeVisible();
    expect((await stored(token.id)).directResources).toEqual([]);
    await view.page.getByRole('link', { name: 'Details' }).click();
    await view.button('Set a PIN').click();
    await view.fill({ Digits: '12' });
    await dialog.getByRole('button', { name: 'Set a PIN' }).click();
    await expect(dialog.getByRole('alert').first()).toHaveText('Four digits.');
    await view.fill({ Digits: '4711' });
    await dialog.getByRole('button', { name: 'Set a PIN' }).click();
    await expect(view.main.getByText('There is one, typed before the code.', { exact: false })).toBeVisible();
    await view.button('Remove the PIN').click();
    await dialog.getByRole('button', { name: 'Remove the PIN' }).click();
    await expect(view.main.getByText('There is none.')).toBeVisible();
    expect((await stored(token.id)).pin).toBeUndefined();
    await sealEvents(visits.ports);
    await view.page.getByRole('link', { name: 'History' }).click();
    await expect(view.page.locator('.history li').first()).toContainText('changed: pin');
  });
});

describe('a file of tokens', () => {
  test('is checked row by row before anything is created, and a lost response creates none twice', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/tokens/import');
    const seed = (at: number) => Buffer.from(`${at}`.padStart(20, '0')).toString('hex');
    const rows = ['serial,kind,seed', `A1,totp,${seed(1)}`, 'A2,totp,3132', `A3,hotp,${seed(3)}`];
    const file = (text: string) => ({ name: 'fobs.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await view.page.locator('input[type=file]').setInputFiles(file('<KeyContainer'));
    await expect(view.wrong.first()).toHaveText('The file is not well-formed XML.');
    await expectAccessible(view, 'unreadable');
    // A file that is too large is not read, and does not keep the content of the one before.
    await expect(view.button('Read it again')).toBeVisible();
    await view.page.locator('input[type=file]').setInputFiles(file('x'.repeat(IMPORT_MAX_BYTES + 1)));
    await expect(view.wrong.first()).toHaveText('The file has more than 2 MiB.');
    await expect(view.button('Read it again')).toBeHidden();
    await view.page.locator('input[type=file]').setInputFiles(file(rows.join('\n')));
    await expect(view.page.locator('.import-counts')).toHaveText(/Can be created: 2.*Cannot be created: 1/);
    await expect(view.page.locator('tbody tr').nth(1)).toContainText('less than 128 bits');
    await expectAccessible(view, 'judged');
    await view.page.route('**/v1/token-imports', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await view.button('Import 2').click();
    await expect(view.main.getByText(/^Interrupted: .*interrupted/)).toBeVisible();
    view.complaints.splice(0);
    await view.page.unroute('**/v1/token-imports');
    await view.button('Continue').click();
    await expect(view.page.locator('tbody tr').filter({ hasText: 'Already there' })).toHaveCount(2);
    await view.page.getByRole('link', { name: 'Tokens', exact: true }).last().click();
    // Two of them, and the one with which Ada signs in.
    await expect(view.page.locator('tbody tr')).toHaveCount(3);
    await expect(view.page.getByRole('link', { name: 'A3' })).toBeVisible();
  });
});

// SR-27 in the user interface.
describe('an administrator who is not the superuser', () => {
  test('unlocks their own, sees the rest, and cannot change tokens that sign in to the console', async () => {
    const ada = await createSuperuser(visits.stage);
    const own = await addResource(visits.ports, ada.account, { name: 'Own' });
    const other = await addResource(visits.ports, ada.account, { name: 'Other' });
    const locked = { tokens: [{ state: 'locked' as const }] };
    const mine = (await addUser(visits.ports, ada.account, own, { user: { login: 'mine' }, ...locked })).tokens[0];
    const theirs = (await addUser(visits.ports, ada.account, other, { user: { login: 'theirs' }, ...locked }))
      .tokens[0];
    if (!mine || !theirs) throw new Error('no token');
    const grace = await addAdministrator(visits.ports, ada.account, {
      email: `grace-of-${ada.id}@acme.example`,
      grants: [{ resource: own.id, allowed: true }],
    });
    const view = await enter(grace, pathOf(theirs));
    await expect(view.main.getByText('You can view it but not change it.', { exact: false })).toBeVisible();
    await expect(
      view.main.getByText('The superuser, and administrators who may change all resources', { exact: false }),
    ).toBeVisible();
    for (const name of ['Unlock', 'Switch off', 'Reassign']) await expect(view.button(name)).toHaveCount(0);
    await view.page.getByRole('link', { name: 'Details' }).click();
    await expect(view.field('Name')).toHaveAttribute('readonly', '');
    await expect(view.button('Delete this token')).toHaveCount(0);
    await view.page.goto(visits.stage.url + pathOf(mine));
    await view.button('Unlock').click();
    await expect(view.page.getByRole('region', { name: 'State' })).toContainText('Its codes are accepted');
    await view.page.goto(`${visits.stage.url}/console/tokens`);
    await view.page.locator('tbody tr').filter({ hasText: 'an administrator' }).first().getByRole('link').click();
    await expect(view.main.getByText(/signs? in (to administer )?with this token/).first()).toBeVisible();
    for (const name of ['Switch off', 'Lock', 'Reassign']) await expect(view.button(name)).toHaveCount(0);
  });
});

// SR-30. The attack: names of tokens, serial numbers and files contain markup, for administrators to open.
test('SR-30: markup in names and serial numbers is text', async () => {
  const who = await createSuperuser(visits.stage);
  const made: TokenId[] = [];
  for (const name of CORPUS) {
    const { id } = await addToken(visits.ports, who.account, {});
    await overwrite(visits.ports, tokenDocument.key(id), { name, serial: name });
    made.push(id);
  }
  const view = await enter(who, '/console');
  const executions = await recordExecutions(view.page.context());
  await view.goTo('/console/tokens');
  await expect(view.page.getByRole('row')).toHaveCount(CORPUS.length + 2);
  for (const [at, name] of CORPUS.entries()) {
    await view.goTo(`/console/tokens/${made[at]}`);
    await view.at(name);
    await expect(view.page.locator('.facts')).toContainText(name);
    await view.button('Lock').click();
    await expect(view.page.getByRole('dialog').getByRole('heading')).toHaveText(`Lock “${name}”?`);
    await view.page.keyboard.press('Escape');
    await expect(view.page.locator('main img, main script, main meta, main iframe')).toHaveCount(0);
    expect(executions).toEqual([]);
  }
});

testAccessibility('in any of the pages of tokens', async (size) => {
  const who = await createSuperuser(visits.stage);
  const shop = await addResource(visits.ports, who.account, { name: 'A shop with a name that is rather long' });
  const { tokens } = await addUser(visits.ports, who.account, shop, {
    user: { login: `a-login-of-fifty-characters-${'x'.repeat(22)}` },
    tokens: [{ state: 'locked' }, { kind: 'hotp', state: 'out-of-step' }, { state: 'deactivated' }],
  });
  const [locked, outOfStep, off] = tokens;
  if (!locked || !outOfStep || !off) throw new Error('no token');
  await setState(visits.ports, who.account, locked.id, 'active');
  await overwrite(visits.ports, tokenDocument.key(locked.id), {
    name: `A name of a token ${'y'.repeat(60)}`,
    serial: 'z'.repeat(64),
    lock: { reason: 'otp-failures', at: visits.ports.clock.now() },
  });
  await sealEvents(visits.ports);
  const view = await enter(who, '/console/tokens', size);
  await view.page.getByRole('checkbox').first().check();
  await expectAccessible(view, 'list');
  const ways = ['', '?kind=totp', '?kind=hardware', '?kind=ocra', '?kind=sms', '?kind=recovery'];
  for (const path of [
    ...ways.map((way) => `/console/tokens/new${way}`),
    '/console/tokens/import',
    pathOf(locked),
    pathOf(locked, '/details'),
    pathOf(locked, '/history'),
    pathOf(outOfStep),
    pathOf(off),
  ]) {
    await view.goTo(path);
    await view.heading.waitFor();
    await expect(view.page.locator('.skeleton')).toHaveCount(0);
    await expectAccessible(view, path);
  }
  await view.goTo(pathOf(outOfStep));
  await view.button('Resync').click();
  await expectAccessible(view, 'resync');
});
