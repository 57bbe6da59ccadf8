import type { Page } from '@playwright/test';
import type { Person } from './account.ts';

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
