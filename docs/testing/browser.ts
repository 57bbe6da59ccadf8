import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import type { Person } from './account.ts';

export function launchBrowser(): Promise<Browser> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const executablePath = folders.map((folder) => join(folder, 'chromium')).find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('chromium is not on PATH: install the Debian package chromium');
  const switches = ['no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-background-networking'];
  const quiet = ['disable-component-update', 'disable-sync'];
  return chromium.launch({ executablePath, args: [...switches, ...quiet].map((name) => `--${name}`) });
}

/** Answers every step that the widget on the page shows. */
export async function signInOn(page: Page, person: Person, steps: readonly ('login' | 'password' | 'code')[]) {
  const frame = page.frameLocator('iframe');
  for (const step of steps) {
    const field = frame.locator(
      { login: '[autocomplete=username]', password: '[type=password]', code: '[autocomplete=one-time-code]' }[step],
    );
    await field.fill({ login: person.login, password: person.password, code: person.code() }[step]);
    await field.press('Enter');
  }
}
