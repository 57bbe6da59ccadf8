import { refuseInProduction } from './refuse-in-production.ts';
import { type TotpOptions, totp } from './totp.ts';

/** What is used of a Locator of Playwright. */
interface Field {
  fill(text: string): Promise<void>;
  press(key: string): Promise<void>;
  waitFor(options: { state: 'visible' | 'hidden' | 'detached' }): Promise<void>;
}

/** What is used of a Page of Playwright. */
interface WidgetPage {
  frameLocator(selector: string): { locator(selector: string): Field };
  waitForTimeout(ms: number): Promise<void>;
}

export interface WidgetUser {
  /** Left out where your page has named the user: a second factor alone, or a step-up. */
  login?: string;
  password?: string;
  /** Base32, as the enrolment shows it; with digits, period or algorithm if they are not the usual ones. */
  totp?: string | TotpOptions;
}

/** The last step of each secret that was used: the service accepts every code once. */
const usedSteps = new Map<string, number>();

/**
 * Signs a user in through the widget on the page: login, password, and the code of this moment, as far as they are given.
 * Resolves when the last is sent; then expect what your page does. It waits for the next code if this one was used.
 *
 * @param frame the selector of the widget's frame, if there are others
 * @throws Error if `NODE_ENV` is `production`.
 * @example
 * await page.goto('/sign-in');
 * await signInWithWidget(page, { login: 'maria', password, totp: secret });
 * await expect(page).toHaveURL('/account');
 */
export async function signInWithWidget(
  page: WidgetPage,
  { login, password, totp: device }: WidgetUser,
  frame = 'iframe[src*="/widget/"]',
): Promise<void> {
  refuseInProduction('signInWithWidget');
  const widget = page.frameLocator(frame);
  const submit = async (selector: string, text: string) => {
    const field = widget.locator(selector);
    await field.fill(text);
    await field.press('Enter');
  };
  if (login !== undefined) await submit('input[autocomplete~="username"]:not([readonly])', login);
  if (password !== undefined) await submit('input[type="password"]', password);
  if (device === undefined) return;
  const code = 'input[autocomplete="one-time-code"]';
  await widget.locator(code).waitFor({ state: 'visible' });
  await submit(code, await nextCode(page, typeof device === 'string' ? { secret: device } : device));
}

async function nextCode(page: WidgetPage, device: TotpOptions): Promise<string> {
  const periodMs = (device.periodS ?? 30) * 1000;
  const used = usedSteps.get(device.secret) ?? -1;
  const waitMs = (used + 1) * periodMs - Date.now();
  if (waitMs > 0) await page.waitForTimeout(waitMs);
  const now = Date.now();
  usedSteps.set(device.secret, Math.floor(now / periodMs));
  return totp(device, now);
}
