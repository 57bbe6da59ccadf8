import { afterAll, afterEach, beforeAll, test } from 'vitest';
import { expect } from './harness/expect.ts';
import { createE2eFixture, type E2eFixture } from './harness/fixture.ts';
import { makePersonWithDevice, makeResource, wrongCode } from './harness/people.ts';
import { widgetOn } from './harness/widget-view.ts';

let stage: E2eFixture;
let resource: string;

beforeAll(async () => {
  stage = await createE2eFixture();
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

test('the page’s option overrides its markup and the browser; an unknown one falls back to English', async () => {
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

test('a language file that does not load does not stop the sign-in', async () => {
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
  // The preload of the document, and the import of its script.
  expect(aborted).toBeGreaterThan(0);
});

test('a page in Arabic gets the whole sign-in from right to left; inputs keep their own direction', async () => {
  const person = await makePersonWithDevice(stage.service.client, resource);
  const { page } = await stage.openWidget(resource, { page: { lang: 'ar-EG' } });
  const { frame, heading, alert } = widgetOn(page);
  await expect(heading).toHaveText('تسجيل الدخول');
  await expect(frame.locator('html')).toHaveAttribute('dir', 'rtl');
  // A name keeps its own direction: the full stop of “Harbour & Co.” stays at its end.
  await expect(frame.locator('header bdi')).not.toBeEmpty();
  const next = (name: string) => frame.getByRole('button', { name, exact: true });
  await frame.getByLabel('اسم المستخدم أو البريد الإلكتروني').fill(person.login);
  await next('متابعة').click();
  const password = frame.getByLabel('كلمة المرور', { exact: true });
  await password.fill(person.password);
  // The eye is at the end of the line, here the left, and not over the input.
  const boxes = await Promise.all([password.boundingBox(), next('إظهار كلمة المرور').boundingBox()]);
  const [field, eye] = boxes.map((box) => ({ left: box?.x ?? 0, width: box?.width ?? 0 }));
  expect((eye?.left ?? 0) - (field?.left ?? 0)).toBeLessThan(10);
  const padding = await password.evaluate((input) => getComputedStyle(input).paddingLeft);
  expect(Number.parseFloat(padding)).toBeGreaterThan(eye?.width ?? 100);
  await next('تسجيل الدخول').click();
  const code = frame.getByLabel('رمز لمرة واحدة');
  await expect(code).toHaveAttribute('dir', 'ltr');
  await code.fill(wrongCode(person.device));
  await next('تأكيد').click();
  await expect(alert).toContainText('هذا الرمز غير صحيح');
  await code.fill(person.device.code());
  await next('تأكيد').click();
  await expect(heading).toHaveText('تم تسجيل الدخول');
});
