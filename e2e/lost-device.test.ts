import { afterAll, afterEach, beforeAll, test } from 'vitest';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture, resultOf } from './harness/fixture.ts';
import { makePersonWithDevice, makeResource } from './harness/people.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

let stage: E2eFixture;
let resource: string;

beforeAll(async () => {
  stage = await createE2eFixture();
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

async function atTheCode(person: { login: string; password: string }) {
  const { page, nonce } = await stage.openWidget(resource);
  const widget = widgetOn(page);
  await widget.identify(person.login);
  await widget.givePassword(person.password);
  await expect(widget.heading).toHaveText(TITLES.otp);
  return { page, nonce, widget };
}

test('a recovery code replaces a lost device, each one once', async () => {
  const { client, verifierOf } = stage.service;
  const person = await makePersonWithDevice(client, resource);
  const made = await client.tokens.createRecoveryCodes({ name: 'Paper', owner: person.user.id });
  await client.assignments.create({ resource, user: person.user.id, token: made.token.id });
  const [first = '', second = ''] = made.recoveryCodes;

  const giveRecovery = async (code: string) => {
    const { page, nonce, widget } = await atTheCode(person);
    await widget.main.getByText('Another way').click();
    await widget.button('Lost your device? Use a recovery code').click();
    await expect(widget.heading).toHaveText('Enter a recovery code');
    const field = widget.frame.getByLabel('Recovery code');
    await expect(field).toBeFocused();
    await field.fill(code);
    await widget.button('Confirm').click();
    return { page, nonce, widget };
  };
  const { page, nonce, widget } = await giveRecovery(first);
  await expect(widget.heading).toHaveText(TITLES.done);
  const claims = await verifierOf(resource).verifyResult(await resultOf(page), { nonce });
  expect(claims).toMatchObject({ sub: person.user.id, otp: 'verified', amr: ['pwd', 'otp', 'mfa'] });

  const again = await giveRecovery(first);
  await expect(again.widget.alert).not.toBeEmpty();
  await again.widget.frame.getByLabel('Recovery code').fill(second.toUpperCase());
  await again.widget.button('Confirm').click();
  await expect(again.widget.heading).toHaveText(TITLES.done);
});

test('a token with a PIN requires it before the code', async () => {
  const { client } = stage.service;
  const person = await makePersonWithDevice(client, resource, {
    token: { pin: { digits: '4071', position: 'before' } },
  });
  const { widget } = await atTheCode(person);
  await widget.giveCode(person.device.code());
  await expect(widget.alert).toContainText('That code is not right');
  await widget.giveCode(`4071${person.device.code()}`);
  await expect(widget.heading).toHaveText(TITLES.done);
});
