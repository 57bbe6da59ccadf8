import type { Browser, BrowserContextOptions, Locator, Page } from '@playwright/test';
import { axeViolations } from './axe.ts';
import { newContext } from './browser.ts';
import { expect } from './expect.ts';

/** The console as users see it: by role and by label. */
export interface ConsoleView {
  page: Page;
  /** The page itself, without the status line that repeats its title, and without notifications. */
  main: Locator;
  heading: Locator;
  /** The error, wherever it is shown. */
  wrong: Locator;
  /** Complaints of the browser's console and the page's policy. */
  complaints: string[];
  /** A notification with this text. */
  toast(text: string | RegExp): Locator;
  field(label: string): Locator;
  button(name: string | RegExp): Locator;
  at(title: string): Promise<void>;
  /** Opens another page by the navigation, which on a phone is behind the menu. */
  enter(page: string): Promise<void>;
  /**
   * Opens another address of the console as a link there does: without loading the console again, which is most of the
   * work of a visit. Answers of the last seconds are not requested again.
   */
  goTo(path: string): Promise<void>;
  fill(values: Record<string, string>): Promise<void>;
  /** Confirms a deletion in its dialog, which asks for the name. */
  confirmByName(name: string): Promise<void>;
  /** The secret on the page that enrols a token. */
  secret(): Promise<string>;
  recoveryCodes(): Promise<string[]>;
  close(): Promise<void>;
}

/** A new browser at this address. Refusals are 4xx on purpose, and the only complaints that are allowed. */
export async function openConsole(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<ConsoleView> {
  const context = await newContext(browser, { locale: 'en', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const isRefusal = /^Failed to load resource: the server responded with a status of (4\d\d|503)/.test(
      message.text(),
    );
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text());
  });
  await page.goto(url);
  const field = (label: string) => page.getByLabel(label, { exact: true });
  const view: ConsoleView = {
    page,
    main: page.getByRole('main'),
    heading: page.getByRole('heading', { level: 1 }),
    wrong: page.locator('[role=alert] p'),
    complaints,
    toast: (text) => page.locator('.toasts').getByRole('group', { name: text, exact: typeof text === 'string' }),
    field,
    button: (name) => page.getByRole('button', { name, exact: typeof name === 'string' }),
    at: (title) => expect(view.heading).toHaveText(title),
    async enter(name) {
      const menu = page.getByRole('button', { name: 'Menu' });
      const link = page.getByRole('link', { name, exact: true });
      await expect(menu.or(link).first()).toBeVisible();
      if (await menu.isVisible()) await menu.click();
      await link.click();
    },
    goTo: (path) =>
      page.evaluate((href) => {
        history.pushState(null, '', href);
        dispatchEvent(new PopStateEvent('popstate'));
      }, path),
    async fill(values) {
      for (const [label, value] of Object.entries(values)) await field(label).fill(value);
    },
    async confirmByName(name) {
      const field = page.getByRole('dialog').getByRole('textbox');
      await field.fill(name);
      await field.press('Enter');
    },
    secret: async () => ((await page.locator('.seed').textContent()) ?? '').replaceAll(/\s/g, ''),
    recoveryCodes: async () => {
      const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
      // Reading all does not wait.
      await codes.first().waitFor();
      return codes.allInnerTexts();
    },
    close: () => context.close(),
  };
  return view;
}

/** Expects no axe violation in either scheme, and nothing that overflows sideways. */
export async function expectAccessible({ page }: ConsoleView, where: string): Promise<void> {
  // Every page has a heading; a page that is still loading has no other violation than its absence.
  await page.locator('h1').first().waitFor({ state: 'attached' });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // The schemes differ only in colours.
    const found = await axeViolations(page, colorScheme === 'dark' ? { runOnly: ['color-contrast'] } : {});
    expect(found, `${where}, ${colorScheme}`).toEqual([]);
  }
  const { scrolls, client } = await page.evaluate(() => ({
    scrolls: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  expect(scrolls, `${where} is wider than the window`).toBeLessThanOrEqual(client);
}
