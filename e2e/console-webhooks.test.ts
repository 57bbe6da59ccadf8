import { describe, test } from 'vitest';
import type { WebhookId } from '../server/kernel/ids.ts';
import { resourceDocument } from '../server/resources/documents.ts';
import { addAdministrator, type FixtureAdministrator } from '../server/testing/administrators.ts';
import { operatorContext } from '../server/testing/as-operator.ts';
import { hookAnswer } from '../server/testing/fake-senders.ts';
import { addResource, birth, read, unwrap } from '../server/testing/fixtures.ts';
import { derive } from '../server/testing/webhook-fixture.ts';
import { attemptDelivery, dueDeliveries } from '../server/webhooks/attempt-delivery.ts';
import { createWebhook } from '../server/webhooks/create-webhook.ts';
import { readWebhook } from '../server/webhooks/edit-webhook.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { type ConsoleView, expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';

const visits = openConsoleSessions('console webhooks');
const { enter } = visits;

async function makeWebhook(view: ConsoleView, values: Record<string, string> = {}, events: readonly string[] = []) {
  await view.page.goto(`${visits.stage.url}/console/webhooks/new`);
  await view.fill({ Address: 'https://hooks.example/events', Description: 'Alarm', ...values });
  for (const event of events)
    await view.page.getByRole('checkbox', { name: new RegExp(`^${event} [a-z.-]+$`) }).check();
  await view.button('Create the webhook').click();
  await view.at('The webhook was created');
  const secret = (await view.page.locator('.once pre').textContent()) ?? '';
  await view.button('I have copied it').click();
  await view.at(values.Description ?? 'Alarm');
  return { secret, id: new URL(view.page.url()).pathname.split('/').at(-1) as WebhookId };
}

const stored = async (who: FixtureAdministrator, id: WebhookId) =>
  unwrap(await readWebhook(visits.ports, operatorContext(who.account), id)).webhook;

/** Fills the outbox and tries due deliveries once, as the service's jobs do. */
async function sendDue(id: WebhookId): Promise<void> {
  await derive(visits.ports);
  for (const due of (await dueDeliveries(visits.ports, id, 100)).due) await attemptDelivery(visits.ports, due);
}

describe('a webhook', () => {
  test('is created, its secret shown once, tested, and given a new secret', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console');
    await view.enter('Webhooks');
    await expect(view.main.getByText('No webhooks yet')).toBeVisible();
    await view.page.keyboard.press('c');
    await view.at('New webhook');
    await view.fill({ Address: 'hooks.example' });
    await view.button('Create the webhook').click();
    await expect(view.wrong.first()).toHaveText(/An address such as/);
    await view.fill({ Address: 'http://10.0.0.1/' });
    await view.button('Create the webhook').click();
    await expect(view.wrong.first()).toHaveText(/not valid/);
    const { secret, id } = await makeWebhook(view, {}, ['Resource created', 'Sign-in']);
    expect(secret).toMatch(/^whsec_/);
    expect((await stored(who, id)).events).toEqual(['authentication', 'resource.created']);
    await view.page.reload();
    await view.at('Alarm');
    await expect(view.page.locator('body')).not.toContainText(secret);

    await view.button('Send a test event').click();
    await expect(view.main.getByText(/Delivered: the receiver responded with 204/)).toBeVisible();
    visits.ports.webhookSender.answer = () => ({ kind: 'failed', failure: 'tls-failed' });
    await view.button('Send a test event').click();
    await expect(view.main.getByText('Not sent: the certificate is not valid')).toBeVisible();
    visits.ports.webhookSender.answer = () => ({ kind: 'answered', status: 500 });
    await view.button('Send a test event').click();
    await expect(view.main.getByText(/responded with 500.*Only 2xx counts/)).toBeVisible();

    await view.button('New secret').click();
    const dialog = view.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create a new secret' }).click();
    const next = (await dialog.locator('.once pre').textContent()) ?? '';
    expect([next.startsWith('whsec_'), next === secret]).toEqual([true, false]);
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await expect(view.main.getByText('The old secret also signs until')).toBeVisible();
    expect((await stored(who, id)).secrets).toHaveLength(2);
  });

  test('that blocks is set up at a resource, its secret shown once, asked, and removed', async () => {
    const who = await createSuperuser(visits.stage);
    const { id } = await addResource(visits.ports, who.account, { name: 'Shop' });
    const view = await enter(who, `/console/resources/${id}/settings/hook`);
    const dialog = view.page.getByRole('dialog');
    await view.button('Set up a hook').click();
    await dialog.getByLabel('Address').fill('https://hooks.example/hook');
    await dialog.getByRole('button', { name: 'Set up a hook' }).click();
    const secret = (await dialog.locator('.once pre').textContent()) ?? '';
    expect(secret).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await expect(view.main.getByText('https://hooks.example/hook')).toBeVisible();
    await expect(view.page.locator('body')).not.toContainText(secret);
    await expectAccessible(view, 'hook');

    visits.ports.webhookSender.decide = () => hookAnswer({ allow: false });
    await view.button('Ask it now').click();
    await expect(view.main.getByText(/It denies, after \d+ ms/)).toBeVisible();
    visits.ports.webhookSender.decide = () => ({ kind: 'failed', failure: 'timed-out' });
    await view.button('Ask it now').click();
    await expect(view.main.getByText(/No valid answer \(timed-out\)/)).toBeVisible();

    await view.button('Change the hook').click();
    await dialog.getByLabel('The sign-in succeeds, without claims of the hook').check();
    await dialog.getByRole('button', { name: 'Change the hook' }).click();
    await expect(view.toast('The hook was changed.')).toBeVisible();
    await view.button('Remove the hook').click();
    await dialog.getByRole('button', { name: 'Remove the hook' }).click();
    await expect(view.button('Set up a hook')).toBeVisible();
    expect(await read(visits.ports, resourceDocument.key(id))).not.toHaveProperty('hook');
  });

  test('shows delivered and dead deliveries, and sends them again', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/webhooks');
    const { id } = await makeWebhook(view, {}, ['Resource created']);
    await view.page.getByRole('link', { name: 'Deliveries' }).click();
    await expect(view.main.getByText('Nothing sent yet')).toBeVisible();
    visits.ports.webhookSender.answer = () => ({ kind: 'failed', failure: 'timed-out' });
    await addResource(visits.ports, who.account, { name: 'Shop' });
    await sendDue(id);
    await view.button('Refresh').click();
    const row = view.page.locator('tbody tr').first();
    await expect(row).toContainText('no response in time');
    await expect(row).toContainText('On its way');
    // Until it is given up.
    for (let tries = 0; tries < 40; tries++) {
      visits.ports.clock.advance(86_400_000);
      await sendDue(id);
    }
    const again = await enter(who, `/console/webhooks/${id}/deliveries?state=dead`);
    const dead = again.page.locator('tbody tr');
    await expect(dead).toHaveCount(1);
    await expect(dead).toContainText('Failed');
    visits.ports.webhookSender.answer = () => ({ kind: 'answered', status: 204 });
    await dead.getByRole('checkbox').check();
    await again.button('Send again').click();
    await expect(again.toast('Done for 1.')).toBeVisible();
    await sendDue(id);
    await again.page.goto(`${visits.stage.url}/console/webhooks/${id}/deliveries`);
    await expect(again.page.locator('tbody tr').first()).toContainText('Delivered');
    await again.button('Send all failed ones again').click();
    await expect(again.toast('Resending 0 deliveries.')).toBeVisible();
  });

  test('is changed, shows why it was disabled, and is deleted', async () => {
    const who = await createSuperuser(visits.stage);
    const view = await enter(who, '/console/webhooks');
    const { id } = await makeWebhook(view, {}, ['Resource created']);
    await view.page.getByRole('checkbox', { name: 'Resource created resource.created', exact: true }).uncheck();
    await view.fill({ Description: '' });
    await view.button('Save changes').click();
    await expect(view.toast('Saved.')).toBeVisible();
    const after = await stored(who, id);
    expect([after.events, after.description]).toEqual([undefined, undefined]);
    await view.at('hooks.example/events');
    visits.ports.webhookSender.answer = () => ({ kind: 'answered', status: 410 });
    await addResource(visits.ports, who.account, { name: 'Shop' });
    await sendDue(id);
    visits.ports.webhookSender.answer = () => ({ kind: 'answered', status: 204 });
    await view.page.reload();
    await expect(view.main.getByText('Receiver gone', { exact: true })).toBeVisible();
    await expectAccessible(view, 'gone');
    await view.button('Delete').click();
    await view.confirmByName('hooks.example/events');
    await view.at('Webhooks');
    await expect(view.main.getByText('No webhooks yet')).toBeVisible();
  });
});

// SR-27: only the superuser sees webhooks.
test('a resource warns of token kinds that it does not accept, links to its filters, and shows its webhooks', async () => {
  const who = await createSuperuser(visits.stage);
  const shop = await addResource(visits.ports, who.account, {
    name: 'Shop',
    enrolment: { kinds: ['totp', 'sms'], required: false },
  });
  const view = await enter(who, `/console/resources/${shop.id}/settings/sign-in`);
  const warning = view.main.getByText('so it is not offered');
  await expect(warning).toBeVisible();
  await view.page.getByRole('group', { name: 'Accepted tokens' }).getByLabel('Code by text message').check();
  await view.button('Save changes').click();
  await expect(view.main.getByText('An attacker who takes over a phone number gets them')).toBeVisible();
  await expect(warning).toHaveCount(0);
  const sections = view.page.getByRole('navigation', { name: 'Sections of this page' });
  await sections.getByRole('link', { name: 'Filters' }).click();
  await expect(view.page.getByRole('link', { name: 'New filter' })).toBeVisible();
  await sections.getByRole('link', { name: 'Webhooks' }).click();
  await expect(view.main.getByText('No webhook covers this resource.')).toBeVisible();
  await view.page.getByRole('link', { name: 'New webhook' }).click();
  await view.at('New webhook');
  await expect(view.page.getByRole('checkbox', { name: 'Shop' })).toBeChecked();
  await view.fill({ Address: 'https://hooks.example/events', Description: 'Alarm' });
  await view.button('Create the webhook').click();
  await view.button('I have copied it').click();
  await view.at('Alarm');
  await view.page.goto(`${visits.stage.url}/console/resources/${shop.id}/settings/webhooks`);
  await expect(view.page.getByRole('listitem').filter({ hasText: 'Alarm' })).toContainText('about this resource');
});

test('an administrator who is not the superuser has no link there', async () => {
  const ada = await createSuperuser(visits.stage);
  const grace = await addAdministrator(visits.ports, ada.account, { email: `grace-of-${ada.id}@acme.example` });
  const view = await enter(grace, '/console');
  await view.at('Home');
  await expect(view.page.getByRole('link', { name: 'Webhooks', exact: true })).toHaveCount(0);
  const asked: string[] = [];
  view.page.on('request', (request) => asked.push(request.url()));
  await view.page.goto(`${visits.stage.url}/console/webhooks/new`);
  await expect(view.main.getByText('Only the superuser can use this page.')).toBeVisible();
  expect(asked.filter((url) => url.includes('/v1/webhooks'))).toEqual([]);
});

test('SR-30: markup in descriptions is text', async () => {
  const who = await createSuperuser(visits.stage);
  const made: WebhookId[] = [];
  for (const description of CORPUS) {
    const input = { url: 'https://hooks.example/', enabled: true, description };
    const newId = birth(visits.ports, 'whk');
    unwrap(await createWebhook(visits.ports, operatorContext(who.account), newId, input));
    made.push(newId.id);
  }
  const view = await enter(who, '/console');
  const executions = await recordExecutions(view.page.context());
  await view.goTo('/console/webhooks');
  for (const description of CORPUS) await expect(view.page.locator('tbody')).toContainText(description);
  for (const [at, description] of CORPUS.entries()) {
    await view.goTo(`/console/webhooks/${made[at]}`);
    await view.at(description);
    await view.button('Delete').click();
    await expect(view.page.getByRole('dialog')).toContainText(description);
    await view.page.keyboard.press('Escape');
  }
  expect(executions).toEqual([]);
});

testAccessibility('in the pages of webhooks', async (size) => {
  const who = await createSuperuser(visits.stage);
  await addResource(visits.ports, who.account, { name: 'A resource with a name that is rather long for a phone' });
  const view = await enter(who, '/console/webhooks', size);
  await expect(view.main.getByText('No webhooks yet')).toBeVisible();
  await expectAccessible(view, 'empty list');
  await view.goTo('/console/webhooks/new');
  await expectAccessible(view, 'new');
  const { id } = await makeWebhook(view, {
    Address: 'https://a-very-long-name-of-a-department.of-a-company.example/hook',
  });
  await expectAccessible(view, 'one');
  visits.ports.webhookSender.answer = () => ({ kind: 'failed', failure: 'address-refused' });
  await addResource(visits.ports, who.account, { name: 'Shop' });
  await sendDue(id);
  visits.ports.webhookSender.answer = () => ({ kind: 'answered', status: 204 });
  await view.goTo(`/console/webhooks/${id}/deliveries`);
  await view.page.getByRole('checkbox').last().check();
  await expectAccessible(view, 'deliveries');
  await view.goTo('/console/webhooks');
  await expect(view.page.getByRole('link', { name: 'Alarm', exact: true })).toBeVisible();
  await expectAccessible(view, 'list');
});
