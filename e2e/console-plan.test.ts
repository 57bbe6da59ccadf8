import { test } from 'vitest';
import { accountDocument } from '../server/accounts/documents.ts';
import { addAdministrator } from '../server/testing/administrators.ts';
import { overwrite } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions, testAccessibility } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';
import { CORPUS, recordExecutions } from './harness/markup-corpus.ts';

const visits = openConsoleSessions('console plan');
const { enter } = visits;

const EMPTY = { amount: 0, currency: 'EUR', entries: 0, low: false };

test('without configured plans there is no money, until the account has some', async () => {
  const who = await createSuperuser(visits.stage);
  const view = await enter(who, '/console');
  const shown = async () => [
    await view.page.getByRole('link', { name: 'Plan and balance' }).count(),
    await view.page
      .getByRole('term')
      .filter({ hasText: /^(Service plan|Balance)$/ })
      .count(),
  ];
  await view.page.getByRole('heading', { name: 'Account' }).waitFor();
  expect(await shown()).toEqual([0, 0]);
  await overwrite(visits.ports, accountDocument.key(who.account), { balance: EMPTY });
  await view.page.reload();
  await view.page.getByRole('heading', { name: 'Account' }).waitFor();
  expect(await shown()).toEqual([1, 2]);
});

test('the superuser sees the usage, and changes the plan after a confirmation', async () => {
  const who = await createSuperuser(visits.stage);
  await overwrite(visits.ports, accountDocument.key(who.account), { balance: EMPTY });
  const view = await enter(who, '/console');
  await view.enter('Plan and balance');
  await view.at('Plan and balance');
  await expect(view.main.getByText('No entries yet')).toBeVisible();
  const dialog = view.page.getByRole('dialog');
  const choose = async () => {
    await view.button('Choose Standard').click();
    await expect(dialog).toContainText('It costs €49.00 a month, starting now.');
    await dialog.getByRole('button', { name: 'Change the plan' }).click();
  };
  await choose();
  await expect(view.toast('The balance does not cover that.')).toBeVisible();
  await overwrite(visits.ports, accountDocument.key(who.account), {
    balance: { ...EMPTY, amount: 10_000 },
  });
  await choose();
  await expect(view.toast('Standard is active.')).toBeVisible();
  await expect(view.page.locator('.balance')).toHaveText('€51.00');
  await expect(view.page.locator('tbody tr')).toContainText('-€49.00');
  await expect(view.main.getByText(/^1 of 10 in use/)).toBeVisible();
  await expectAccessible(view, 'with quotas and a ledger');
});

// Every administrator may see the balance and its history, but nothing else of the billing.
test('an administrator who is not the superuser sees the balance, and requests no plans', async () => {
  const ada = await createSuperuser(visits.stage);
  const grace = await addAdministrator(visits.ports, ada.account, { email: `grace-of-${ada.id}@acme.example` });
  await overwrite(visits.ports, accountDocument.key(ada.account), { balance: EMPTY });
  const view = await enter(grace, '/console');
  const asked: string[] = [];
  view.page.on('request', (request) => asked.push(request.url()));
  await view.enter('Plan and balance');
  await expect(view.main.getByText('Only the superuser can see the quotas and choose another plan.')).toBeVisible();
  await expect(view.page.locator('.balance')).toBeVisible();
  await expect(view.page.getByRole('button', { name: /^Choose / })).toHaveCount(0);
  expect(asked.filter((url) => /\/v1\/plans?$/.test(url))).toEqual([]);
  await expectAccessible(view, 'not for administrators');
});

test('SR-30: markup in the name of a plan is text', async () => {
  const who = await createSuperuser(visits.stage);
  const view = await enter(who, '/console');
  const executions = await recordExecutions(view.page.context());
  for (const name of CORPUS) {
    await overwrite(visits.ports, accountDocument.key(who.account), { plan: { name, active: true } });
    await view.page.goto(`${visits.stage.url}/console/plan`);
    await expect(view.page.locator('#plan')).toContainText(name);
  }
  expect(executions).toEqual([]);
});

testAccessibility('in plan and balance', async (size) => {
  const who = await createSuperuser(visits.stage);
  const view = await enter(who, '/console/plan', size);
  await expect(view.main.getByText('Plans on offer')).toBeVisible();
  await expect(view.main.getByText('No entries yet')).toBeVisible();
  await expectAccessible(view, 'plan');
});
