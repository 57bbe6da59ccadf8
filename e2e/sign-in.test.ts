import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { waitUntil } from '../server/testing/wait-until.ts';
import { axeViolations, WCAG } from './harness/axe.ts';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, eventsOf, resultOf, waitForLastEvent } from './harness/fixture.ts';
import { makePerson, makePersonWithDevice, makeResource, wrongCode } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

let stage: E2eFixture;
let resource: string;

beforeAll(async () => {
  stage = await createE2eFixture();
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

/** A page at the step of the code. */
async function openAtCode(person: { login: string; password: string }, of = resource) {
  const opened = await stage.openWidget(of);
  const widget = widgetOn(opened.page);
  await widget.identify(person.login);
  await widget.givePassword(person.password);
  return { ...opened, widget };
}

/** A user assigned with a device and with recovery codes. */
async function makePersonWithRecoveryCodes(of: string) {
  const { client } = stage.service;
  const person = await makePersonWithDevice(client, of);
  const { token, recoveryCodes } = await client.tokens.createRecoveryCodes({ name: 'Paper', owner: person.user.id });
  await client.assignments.create({ resource: of, user: person.user.id, token: token.id });
  return { person, codes: recoveryCodes };
}

/** The verdict of the host's backend on the result on the page. */
async function claimsOf(opened: { page: Parameters<typeof resultOf>[0]; nonce: string }) {
  const result = await resultOf(opened.page);
  const expected = { nonce: opened.nonce, origin: stage.host.origin };
  return stage.service.verifierOf(resource).verifyResult(result, expected);
}

describe('signs in', () => {
  test('with a password, if the user has only that', async () => {
    const person = await makePerson(stage.service.client, resource);
    const opened = await stage.openWidget(resource);
    const widget = widgetOn(opened.page);
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await expect(widget.heading).toHaveText(TITLES.done);

    expect(await claimsOf(opened)).toMatchObject({
      sub: person.user.id,
      preferred_username: person.login,
      amr: ['pwd'],
      acr: '1',
      otp: 'not_used',
    });
    const names = (await eventsOf(opened.page)).map(([name]) => name);
    expect(names).toEqual(['change', 'ready', 'change', 'change', 'success']);
  });

  test('with password and code; the result can be used once', async () => {
    const person = await makePersonWithDevice(stage.service.client, resource);
    const opened = await openAtCode(person);
    await opened.widget.giveCode(person.device.code());
    await expect(opened.widget.heading).toHaveText(TITLES.done);
    const claims = await claimsOf(opened);
    expect(claims).toMatchObject({ sub: person.user.id, amr: ['pwd', 'otp', 'mfa'], acr: '2', otp: 'verified' });
    expect(claims.exp - claims.iat).toBe(60);

    // SR-10
    const use = { result: await resultOf(opened.page), resource, nonce: opened.nonce };
    expect(await stage.service.client.consumeResult(use)).toMatchObject({ jti: claims.jti });
    await expect(stage.service.client.consumeResult(use)).rejects.toMatchObject({ code: 'RESULT_USED' });
  });

  test('with a TOTP code, the last one and then the current one, typed in groups', async () => {
    const { client } = stage.service;
    const person = await makePersonWithDevice(client, resource, { token: { kind: 'totp' } });
    // SR-44: one step back is accepted, and none ahead: the code before the current one is good until this step ends.
    const first = await openAtCode(person);
    await waitUntil('a time step has ten seconds left', () => Date.now() % 30_000 < 20_000);
    await first.widget.giveCode(person.device.code(-1));
    await expect(first.widget.heading).toHaveText(TITLES.done);

    const second = await openAtCode(person);
    await second.widget.giveCode(person.device.code().replace(/^.{3}/, '$& '));
    await expect(second.widget.heading).toHaveText(TITLES.done);
    expect(await claimsOf(second)).toMatchObject({ otp: 'verified' });
  });

  test('with the password alone if the token is deactivated; the result says that the code was skipped', async () => {
    const person = await makePersonWithDevice(stage.service.client, resource);
    await stage.service.client.tokens.update(person.device.token.id, { enabled: false });
    const opened = await openAtCode(person);
    await expect(opened.widget.heading).toHaveText(TITLES.done);

    const claims = await claimsOf(opened);
    expect(claims).toMatchObject({ amr: ['pwd'], acr: '1', otp: 'skipped' });
    // A host that requires the code refuses such a result.
    const expected = { nonce: opened.nonce, requireOtp: true };
    await expect(
      stage.service.verifierOf(resource).verifyResult(await resultOf(opened.page), expected),
    ).rejects.toMatchObject({ code: 'RESULT_OTP_REQUIRED' });
  });

  test('after a wrong password and a wrong code', async () => {
    const person = await makePersonWithDevice(stage.service.client, resource);
    const opened = await openAtCode({ ...person, password: 'not my password' });
    const { widget } = opened;
    await expect(widget.alert).toHaveText('These sign-in details are not right. Check them and try again.');
    await widget.givePassword(person.password);

    await widget.giveCode(wrongCode(person.device));
    await expect(widget.alert).toHaveText('That code is not right. Check it and try again.');
    await expect(widget.code).toHaveAttribute('aria-invalid', 'true');
    await expect(widget.code).toBeFocused();
    expect(await stage.service.client.tokens.get(person.device.token.id)).toMatchObject({ failures: 1 });

    await widget.giveCode(person.device.code());
    await expect(widget.heading).toHaveText(TITLES.done);
    expect(await claimsOf(opened)).toMatchObject({ otp: 'verified' });
    // SR-14: success with the code resets the failures.
    expect(await stage.service.client.tokens.get(person.device.token.id)).toMatchObject({ failures: 0 });
  });
});

describe('refuses', () => {
  test('a locked token, with the right password or not', async () => {
    // SR-4
    const person = await makePersonWithDevice(stage.service.client, resource);
    await stage.service.client.tokens.update(person.device.token.id, { locked: true });
    const { widget, page } = await openAtCode(person);
    await expect(widget.heading).toHaveText(TITLES.denied);
    await expect(widget.main.getByText('Your administrator has locked your token.')).toBeVisible();
    await expect(widget.button('Start again')).toBeVisible();
    const opened = page.waitForEvent('popup');
    await widget.frame.getByRole('link', { name: 'Help' }).click();
    const help = await opened;
    await expect(help.getByRole('heading', { level: 1 })).toHaveText('Help with signing in');
    await expect(help.getByRole('main').getByText('You are signing in to')).toBeVisible();
    await help.close();
    expect(await waitForLastEvent(page, 'error')).toMatchObject({
      code: 'TOKEN_LOCKED_BY_ADMINISTRATOR',
      retryable: false,
    });
    expect((await eventsOf(page)).map(([name]) => name)).not.toContain('success');
  });

  test('guesses of codes until the token locks, and then even the right one', async () => {
    // SR-2, SR-15
    const { client } = stage.service;
    const strict = await makeResource(client, stage.host.origin, { failedAttemptsBeforeLock: 3 });
    const person = await makePersonWithDevice(client, strict.id);
    const { widget } = await openAtCode(person, strict.id);
    for (const failures of [1, 2, 3]) {
      await widget.giveCode(wrongCode(person.device));
      await expect.poll(async () => (await client.tokens.get(person.device.token.id)).failures).toBe(failures);
      await expect(widget.alert).toContainText('That code is not right');
    }
    await widget.giveCode(wrongCode(person.device));
    await expect(widget.heading).toHaveText(TITLES.denied);

    await widget.button('Start again').click();
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await expect(widget.main.getByText('Your token is locked after too many wrong codes.')).toBeVisible();
  });

  // The attack: a thief with the password types wrong codes until the token locks, to shut its owner out.
  test('SR-15: a token that wrong codes have locked; a recovery code signs its owner in all the same', async () => {
    const { client, verifierOf } = stage.service;
    const strict = await makeResource(client, stage.host.origin, { failedAttemptsBeforeLock: 3 });
    const { person, codes } = await makePersonWithRecoveryCodes(strict.id);
    const opened = await openAtCode(person, strict.id);
    const { widget } = opened;
    for (const failures of [1, 2, 3, 4]) {
      await widget.giveCode(wrongCode(person.device));
      await expect.poll(async () => (await client.tokens.get(person.device.token.id)).failures).toBe(failures);
    }
    // The same sign-in goes on, and so does a new one.
    await expect(widget.heading).toHaveText('Enter a recovery code');
    const told = 'Your token is locked after too many wrong codes. Use a recovery code.';
    await expect(widget.alert).toHaveText(told);
    await widget.frame.getByLabel('Recovery code').fill(codes[0] ?? '');
    await widget.button('Confirm').click();
    await expect(widget.heading).toHaveText(TITLES.done);
    const claims = await verifierOf(strict.id).verifyResult(await resultOf(opened.page), { nonce: opened.nonce });
    expect(claims).toMatchObject({ sub: person.user.id, otp: 'verified', amr: ['pwd', 'otp', 'mfa'] });
  });

  // The attack: an administrator has locked the token after misuse, and the thief has the password and the paper.
  test('SR-15: a token that an administrator has locked; no recovery code is asked for', async () => {
    const { person } = await makePersonWithRecoveryCodes(resource);
    await stage.service.client.tokens.update(person.device.token.id, { locked: true });
    const { widget } = await openAtCode(person);
    await expect(widget.heading).toHaveText(TITLES.denied);
    await expect(widget.main.getByText('Your administrator has locked your token.')).toBeVisible();
    await expect(widget.frame.getByLabel('Recovery code')).toHaveCount(0);
    await expect(widget.main.getByText('Another way')).toHaveCount(0);
  });

  test('a used code', async () => {
    // SR-1
    const person = await makePersonWithDevice(stage.service.client, resource);
    const first = await openAtCode(person);
    await first.widget.giveCode(person.device.code());
    await expect(first.widget.heading).toHaveText(TITLES.done);

    const { widget } = await openAtCode(person);
    await widget.giveCode(person.device.code());
    await expect(widget.alert).toHaveText('That code has already been used. Wait for the next one.');
    // A repeated code is refused and not counted.
    expect(await stage.service.client.tokens.get(person.device.token.id)).toMatchObject({ failures: 0 });
    await widget.giveCode(person.device.code(1));
    await expect(widget.heading).toHaveText(TITLES.done);
  });

  test('to send what is not a code', async () => {
    // SR-47
    const person = await makePersonWithDevice(stage.service.client, resource);
    const { widget, page } = await openAtCode(person);
    await expect(widget.heading).toHaveText(TITLES.otp);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    for (const malformed of ['12345', '12345a', '１２３４５６', '-123456x', '123456789012345']) {
      await widget.giveCode(malformed);
      await expect(widget.alert).toHaveText('Enter the code as digits only, for example 123456.');
    }
    expect(asked).toEqual([]);
  });

  test('an address that a filter denies, after the login is entered', async () => {
    const { client } = stage.service;
    const rule = { kind: 'ip', mode: 'deny', ranges: ['127.0.0.0/8'] } as const;
    const filter = await client.filters.create({ name: 'Not from here', rule: { ...rule, ranges: [...rule.ranges] } });
    const fenced = await makeResource(client, stage.host.origin, { ipFilter: filter.id });
    const { page } = await stage.openWidget(fenced.id);
    const widget = widgetOn(page);
    await widget.identify('mira');
    await expect(widget.heading).toHaveText(TITLES.denied);
    await expect(widget.main.getByText('Sign-in is not allowed from your location')).toBeVisible();
    expect(await waitForLastEvent(page, 'error')).toMatchObject({ code: 'FILTER_DENIED', retryable: false });
  });

  test('an address that a filter denies since the sign-in started', async () => {
    // SR-4
    const { client } = stage.service;
    const changing = await makeResource(client, stage.host.origin);
    const person = await makePersonWithDevice(client, changing.id);
    const { widget } = await openAtCode(person, changing.id);
    await expect(widget.heading).toHaveText(TITLES.otp);
    const filter = await client.filters.create({
      name: 'From the office alone',
      rule: { kind: 'ip', mode: 'allow', ranges: ['203.0.113.0/24'] },
    });
    await client.resources.update(changing.id, { ipFilter: filter.id });
    await widget.giveCode(person.device.code());
    await expect(widget.heading).toHaveText(TITLES.denied);
    await expect(widget.main.getByText('Sign-in is not allowed from your location')).toBeVisible();
  });
});

// SR-73
describe('a trusted browser', () => {
  test.each([
    [390, 'light'],
    [1280, 'dark'],
  ] as const)(
    'needs the password alone the next time, and the page learns no secret: %d px, %s',
    async (width, colorScheme) => {
      const { client } = stage.service;
      const { id } = await makeResource(client, stage.host.origin, { trustedBrowserDays: 30 });
      const person = await makePersonWithDevice(client, id);
      const browser = { colorScheme, viewport: { width, height: 844 } };
      const opened = await stage.openWidget(id, { browser });
      const { page } = opened;
      const widget = widgetOn(page);
      await widget.identify(person.login);
      await widget.givePassword(person.password);
      const box = widget.frame.getByRole('checkbox', { name: 'Don’t ask for a code in this browser for 30 days' });
      await expect(box).not.toBeChecked();
      expect(await axeViolations(page, WCAG)).toEqual([]);
      await box.check();
      await widget.giveCode(person.device.code());
      await expect(widget.heading).toHaveText(TITLES.done);

      const kept = await widget.frame.locator('html').evaluate(() => Object.values(localStorage).join());
      const [secret = ''] = /[\w-]{32}/.exec(kept) ?? [];
      expect(secret).not.toBe('');
      expect(kept).not.toContain(person.login);
      const seen = JSON.stringify([await eventsOf(page), await page.evaluate(() => Object.entries(localStorage))]);
      expect(seen).not.toContain(secret);

      await page.goto(opened.url);
      await widget.identify(person.login);
      await widget.givePassword(person.password);
      await expect(widget.heading).toHaveText(TITLES.done);
      const claims = await stage.service
        .verifierOf(id)
        .verifyResult(await resultOf(page), { nonce: opened.nonce, origin: stage.host.origin });
      expect(claims).toMatchObject({ amr: ['pwd'], acr: '1', otp: 'remembered' });
    },
  );
});
