import { describe, test } from 'vitest';
import { administratorDocument } from '../server/administrators/documents.ts';
import { addAdministrator } from '../server/testing/administrators.ts';
import { addResource, addUser, read, wrongCode } from '../server/testing/fixtures.ts';
import { tokenDocument } from '../server/tokens/documents.ts';
import { createSuperuser } from './harness/console-people.ts';
import { DESK, openConsoleSessions, PHONE } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';

const visits = openConsoleSessions('console code check');
const { enter } = visits;

async function personWith(spec: { kind: 'totp' | 'hotp' }) {
  const who = await createSuperuser(visits.stage);
  const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
  const scene = await addUser(visits.ports, who.account, shop, { user: { login: 'maria' }, tokens: [spec] });
  const [token] = scene.tokens;
  if (!token) throw new Error('no token');
  return { who, shop, scene, token, path: `/console/tokens/${token.id}` };
}

describe.each([
  ['a phone', PHONE],
  ['a desk', DESK],
])('a code, on %s', (_, size) => {
  test('is checked repeatedly, shows the result, and stays usable', async () => {
    const { who, scene, token, path } = await personWith({ kind: 'hotp' });
    const view = await enter(who, path, size);
    await view.button('Check a code').click();
    const dialog = view.page.getByRole('dialog');
    const status = dialog.getByRole('status');
    const check = async (otp: string) => {
      await view.fill({ 'Code that the device shows': otp });
      await dialog.getByRole('button', { name: 'Check' }).click();
    };
    await check('12');
    await expect(dialog.getByRole('alert').first()).toHaveText(/^6 to 10 digits/);
    const before = await read(visits.ports, tokenDocument.key(token.id));
    await check(await token.code(3));
    await expect(status).toContainText('pressed 3 times without signing in');
    await check(` ${await token.code()} `);
    await expect(status).toHaveText('That code is right.');
    await expectAccessible(view, 'a code that was checked');
    await check(await wrongCode(scene));
    await expect(status).toContainText('That code is wrong');
    expect(await read(visits.ports, tokenDocument.key(token.id))).toEqual(before);
  });
});

// SR-2. The attack: a user of the session tries codes here until one is right.
test('SR-2: after five wrong codes no result is given, and the page says so', async () => {
  const { who, scene, token, path } = await personWith({ kind: 'totp' });
  const view = await enter(who, path);
  await view.button('Check a code').click();
  const dialog = view.page.getByRole('dialog');
  for (let at = 0; at < 5; at++) {
    await view.fill({ 'Code that the device shows': await wrongCode(scene) });
    await dialog.getByRole('button', { name: 'Check' }).click();
    await expect(dialog.getByRole('status')).toContainText('That code is wrong');
  }
  await view.fill({ 'Code that the device shows': await token.code() });
  await dialog.getByRole('button', { name: 'Check' }).click();
  await expect(dialog.getByRole('alert').last()).toContainText('at most five within an hour');
  await expect(dialog.getByRole('status')).toBeEmpty();
  expect(await read(visits.ports, tokenDocument.key(token.id))).toMatchObject({ failures: 0 });
});

test('there is no button without the right to change the token, or for an administrator’s own', async () => {
  const { who, path } = await personWith({ kind: 'totp' });
  const other = await addResource(visits.ports, who.account, { name: 'Other' });
  const email = `grace-of-${who.id}@acme.example`;
  const grants = [{ resource: other.id, allowed: true }];
  const grace = await addAdministrator(visits.ports, who.account, { email, grants });
  const view = await enter(grace, path);
  await expect(view.main.getByText('You can view it but not change it.', { exact: false })).toBeVisible();
  await expect(view.button('Check a code')).toHaveCount(0);
  const own = await read(visits.ports, administratorDocument.key(grace.account, grace.id));
  await view.page.goto(`${visits.stage.url}/console/tokens/${own.token}`);
  await expect(view.main.getByText('You sign in to the console with this token', { exact: false })).toBeVisible();
  await expect(view.button('Check a code')).toHaveCount(0);
});
