import { readFile } from 'node:fs/promises';
import { describe, test } from 'vitest';
import { addResource, addUser } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';

const visits = openConsoleSessions('console user import');
const { enter } = visits;

describe('a file of users', () => {
  const FILE =
    'login;E-Mail;Vorname;room;password\r\ntaken;a@x.example;A;1;secret-in-the-file\r\nhas blank;;;;\r\nnew1;n@x.example;N;;\r\nnew2;N@x.example;;;\r\nnew3;;;;\r\n';

  test('is shown before anything is created; errors are shown by row, and a lost response creates none twice', async () => {
    const who = await createSuperuser(visits.stage);
    const shop = await addResource(visits.ports, who.account, { name: 'Shop' });
    await addUser(visits.ports, who.account, shop, { user: { login: 'taken' } });
    const view = await enter(who, '/console/users/import');
    const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) };
    await view.page.locator('input[type=file]').setInputFiles({ ...file, buffer: Buffer.from('name\nx\n') });
    await expect(view.wrong).toHaveText('The first line has no column “login”.');
    await view.main.getByText('Accepted columns').click();
    await expect(view.page.getByRole('region', { name: 'Accepted columns' }).getByRole('row')).toHaveCount(10);
    const sent: string[] = [];
    view.page.on('request', (request) => sent.push(request.postData() ?? ''));
    await view.page.locator('input[type=file]').setInputFiles(file);
    await expect(view.page.locator('.import-counts')).toHaveText(/Can be created: 2.*Cannot be created: 3/);
    const row = (line: number) =>
      view.page.locator('tbody tr').filter({ has: view.page.getByRole('cell', { name: `${line}`, exact: true }) });
    await expect(row(2)).toContainText('Another user of this account has that name.');
    await expect(row(3)).toContainText('login: Required. 1 to 50 characters without spaces');
    await expect(row(5)).toContainText('The same name is on line 4.');
    await expect(view.main.getByText('are ignored: room')).toBeVisible();
    await expectAccessible(view, 'judged');
    await view.button('Choose a resource').click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Shop' }).click();
    await view.page.route('**/v1/bulk/users', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await view.button('Import 2').click();
    await expect(view.main.getByText(/^Interrupted: .*interrupted/)).toBeVisible();
    view.complaints.splice(0);
    await view.page.unroute('**/v1/bulk/users');
    await view.button('Continue').click();
    await expect(view.page.locator('.import-counts')).toContainText('Created: 2');
    // SR-41: an administrator sets no user's password, so passwords in the file stay in the page.
    expect(sent.join('\n')).not.toContain('secret-in-the-file');
    const [download] = await Promise.all([
      view.page.waitForEvent('download'),
      view.button('Download the rows with problems').click(),
    ]);
    const rejected = await readFile(await download.path(), 'utf8');
    expect(rejected.trim().split('\r\n')).toHaveLength(4);
    expect(rejected).toContain('"taken","a@x.example"');
    await view.page.getByRole('link', { name: 'Users', exact: true }).last().click();
    await expect(view.page.getByRole('row')).toHaveCount(4);
    await view.page.getByRole('link', { name: 'new3' }).click();
    await expect(view.page.locator('.access')).toContainText('Shop');
  });
});
