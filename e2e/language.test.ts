import { afterAll, afterEach, beforeAll, test } from 'vitest';
import { expect } from './harness/expect.ts';
import { makePersonWithDevice, makeResource, wrongCode } from './harness/people.ts';
import { type Stage, setStage } from './harness/stage.ts';
import { widgetOn } from './harness/widget-view.ts';

let stage: Stage;
let resource: string;

beforeAll(async () => {
  stage = await setStage();
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

test('a page in German gets the whole sign-in in German', async () => {
  const person = await makePersonWithDevice(stage.service.client, resource);
  const { page } = await stage.openWidget(resource, { page: { lang: 'de-AT' } });
  const { frame, heading, alert } = widgetOn(page);
  await expect(heading).toHaveText('Anmelden');
  await expect(frame.locator('html')).toHaveAttribute('lang', 'de');
  await frame.getByLabel('Anmeldename oder E-Mail').fill(person.login);
  await frame.getByRole('button', { name: 'Weiter' }).click();
  await expect(heading).toHaveText('Passwort eingeben');
  await frame.getByLabel('Passwort', { exact: true }).fill('falsch geraten');
  await frame.getByRole('button', { name: 'Anmelden', exact: true }).click();
  await expect(alert).toContainText('Diese Anmeldedaten stimmen nicht');
  await frame.getByLabel('Passwort', { exact: true }).fill(person.password);
  await frame.getByRole('button', { name: 'Anmelden', exact: true }).click();
  await frame.getByLabel('Einmalcode').fill(wrongCode(person.device));
  await frame.getByRole('button', { name: 'Bestätigen' }).click();
  await expect(alert).toContainText('Dieser Code stimmt nicht');
  await frame.getByLabel('Einmalcode').fill(person.device.code());
  await frame.getByRole('button', { name: 'Bestätigen' }).click();
  await expect(heading).toHaveText('Sie sind angemeldet');
});

test('the page’s own choice stands above its markup and the browser; one nobody has falls back to English', async () => {
  const { page } = await stage.openWidget(resource, {
    page: { lang: 'en' },
    options: { locale: 'de' },
    browser: { locale: 'fr-FR' },
  });
  await expect(widgetOn(page).heading).toHaveText('Anmelden');
  await page.evaluate(() => {
    const { widgets } = window as unknown as { widgets: { here: { update(options: object): void } } };
    widgets.here.update({ locale: 'tlh' });
  });
  await expect(widgetOn(page).heading).toHaveText('Sign in');
});

test('a language file that does not load stops nobody', async () => {
  let aborted = 0;
  const { page } = await stage.openWidget(resource, {
    options: { locale: 'de' },
    before: (context) =>
      context.route(/\/assets\/de-/, (route) => {
        aborted += 1;
        return route.abort();
      }),
  });
  await expect(widgetOn(page).heading).toHaveText('Sign in');
  expect(aborted).toBe(1);
});
