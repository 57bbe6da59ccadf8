import type { Frame } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { axeViolations, WCAG } from '../../e2e/harness/axe.ts';
import { expect } from '../../e2e/harness/expect.ts';
import { createWidgetFixture, frameOf, type WidgetFixture } from '../testing/fixture.ts';

let stage: WidgetFixture;
beforeAll(async () => {
  stage = await createWidgetFixture();
});
afterEach(() => stage.service.reset());
afterAll(() => stage?.close());

const LINKS = {
  privacy: 'https://shop.example/privacy',
  terms: 'https://shop.example/terms',
  help: 'https://shop.example/help',
  support: 'mailto:help@shop.example',
};
const APPEARANCE = { accent: '#1f6f54', background: '#fffdf7', text: '#20251f', radius: '4px', spacing: '16px' };

const requests = (frame: Frame) =>
  frame.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname));
const links = (frame: Frame) =>
  frame.locator('footer a').evaluateAll((all) => all.map((one) => [one.textContent, one.getAttribute('href')]));
const linesOf = (frame: Frame) => frame.locator('footer').textContent();

/** Waits until Preact holds the page, by its own mark. */
const isTakenOver = (frame: Frame) => frame.waitForFunction(() => '__k' in document.body);

describe('what is saved at the resource', () => {
  test.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('is in the first screen without a further request: %i px, %s', async (width, colorScheme) => {
    stage.service.site = { appearance: APPEARANCE, links: LINKS };
    const page = await stage.openWidget('', { colorScheme, viewport: { width, height: 740 } });
    const frame = await frameOf(page);
    await isTakenOver(frame);
    const card = frame.locator('.card');
    expect(await card.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe('rgb(255, 253, 247)');
    expect(await card.evaluate((one) => getComputedStyle(one).padding)).toBe('16px');
    expect(await links(frame)).toEqual([
      ['Privacy', LINKS.privacy],
      ['Terms', LINKS.terms],
      ['Help', LINKS.help],
      ['Contact', LINKS.support],
    ]);
    // Links above, the mark of the service below.
    expect(await linesOf(frame)).toBe('PrivacyTermsHelpContact Secured by Countersign');
    expect(await requests(frame)).not.toContainEqual(expect.stringContaining('appearance'));
    expect(await axeViolations(page, WCAG)).toEqual([]);
  });

  test('has its language where the page has none, and no mark of the service if that is off', async () => {
    stage.service.site = { appearance: { locale: 'de', footer: false }, links: { help: LINKS.help } };
    const page = await stage.openWidget("locale: '',", { locale: 'en-GB' });
    const frame = await frameOf(page);
    await isTakenOver(frame);
    await frame.locator('footer a').waitFor();
    expect(await linesOf(frame)).toBe('Hilfe');
    await expect(frame.locator('html')).toHaveAttribute('lang', 'de');
  });

  test('opens a link in a new tab, which cannot reach the page', async () => {
    stage.service.site = { links: { help: LINKS.help } };
    const page = await stage.openWidget();
    await page.context().route('https://shop.example/**', (route) => route.fulfill({ body: 'Help' }));
    const frame = await frameOf(page);
    await isTakenOver(frame);
    const [opened] = await Promise.all([page.waitForEvent('popup'), frame.locator('footer a').click()]);
    await opened.waitForURL(LINKS.help);
    expect(await opened.evaluate(() => window.opener)).toBeNull();
    expect(frame.url()).toContain('/widget/v1/frame');
  });

  test('gives way to the options of the page, also to those that it changes later', async () => {
    stage.service.site = { appearance: { ...APPEARANCE, theme: 'dark', footer: false }, links: LINKS };
    const page = await stage.openWidget("theme: 'light', variables: { radius: '20px' },");
    const frame = await frameOf(page);
    await isTakenOver(frame);
    const radius = () => frame.locator('.card').evaluate((one) => getComputedStyle(one).borderRadius);
    expect(await radius()).toBe('20px');
    const update = (variables: object) =>
      page.evaluate((some) => {
        (window as unknown as { widget: { update(options: object): void } }).widget.update({ variables: some });
      }, variables);
    await update({ radius: '', footer: true, links: { help: 'https://other.example/', terms: 'javascript:alert(1)' } });
    await frame.locator('footer p').waitFor();
    expect(await links(frame)).toEqual([['Help', 'https://other.example/']]);
    expect(await radius()).toBe('12px');
    await update({});
    await frame.locator('footer p').waitFor({ state: 'detached' });
    expect(await radius()).toBe('4px');
    expect(await links(frame)).toHaveLength(4);
  });
});

describe('own texts of the resource', () => {
  test('are in the first screen without a request, stay when the script draws, and follow the language', async () => {
    stage.service.texts = {
      en: { 'sign-in.identifyTitle': 'Ahoy <b>you</b>', 'sign-in.passwordTitle': 'And the word?' },
      de: { 'sign-in.identifyTitle': 'Moin' },
    };
    const page = await stage.openWidget();
    const frame = await frameOf(page);
    await expect(frame.locator('h1')).toHaveText('Ahoy <b>you</b>');
    await isTakenOver(frame);
    await expect(frame.locator('h1')).toHaveText('Ahoy <b>you</b>');
    expect(await requests(frame)).not.toContain('/widget/v1/texts.json');
    await page.evaluate(() => {
      (window as unknown as { widget: { update(options: object): void } }).widget.update({ locale: 'de' });
    });
    await frame.getByRole('heading', { name: 'Moin' }).waitFor();
    await expect(frame.getByRole('button', { name: 'Weiter' })).toHaveCount(1);
    expect(await requests(frame)).toContain('/widget/v1/texts.json');
  });

  test('cost nothing where there are none', async () => {
    const frame = await frameOf(await stage.openWidget());
    await isTakenOver(frame);
    expect(await requests(frame)).not.toContainEqual(expect.stringMatching(/texts/));
    await expect(frame.locator('html')).not.toHaveAttribute('data-texts');
  });
});
