import { type Browser, chromium, type FrameLocator, type Page } from '@playwright/test';
import { liveCode } from '../../demo-site/launcher/live-code.ts';
import type { RunningDemo } from '../../demo-site/testing/run-demo.ts';

export const DESKTOP = { width: 1200, height: 860 };
export const PHONE = { width: 390, height: 844 };

export interface View {
  scheme: 'light' | 'dark';
  size: { width: number; height: number };
  scale?: number;
  locale?: string;
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // The same letters on every machine.
      '--font-render-hinting=none',
    ],
  });
}

/** A visitor of the demo shop, step by step. */
export class Visit {
  readonly page: Page;
  readonly #demo: RunningDemo;

  private constructor(page: Page, demo: RunningDemo) {
    this.page = page;
    this.#demo = demo;
  }

  static async begin(browser: Browser, demo: RunningDemo, { scheme, size, scale = 1, locale }: View): Promise<Visit> {
    const context = await browser.newContext({
      viewport: size,
      colorScheme: scheme,
      deviceScaleFactor: scale,
      reducedMotion: 'reduce',
      hasTouch: size === PHONE,
      isMobile: size === PHONE,
      ...(locale !== undefined && { locale }),
    });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(`the page complains: ${message.text()}`);
    });
    page.on('pageerror', (error) => console.error(`the page failed: ${error.message}`));
    return new Visit(page, demo);
  }

  get widget(): FrameLocator {
    return this.page.frameLocator('#countersign iframe');
  }

  label(name: string): string {
    const value = this.#demo.labels.get(name);
    if (value === undefined) throw new Error(`The demo printed no ${name}.`);
    return value;
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(`${this.label('Shop')}${path}`);
  }

  /** To the step where the widget asks for the login. */
  async atLogin(): Promise<void> {
    await this.goto('/sign-in');
    await this.widget.locator('input[name="username"]').waitFor();
  }

  async atPassword(login = this.label('Login')): Promise<void> {
    await this.atLogin();
    await this.answer('username', login);
    await this.widget.locator('input[name="password"]').waitFor();
  }

  async atCode(): Promise<void> {
    await this.atPassword();
    await this.answer('password', this.label('Password'));
    await this.widget.locator('input[name="otp"]').waitFor();
  }

  /** Answers the step on the screen. */
  async answer(name: string, value: string): Promise<void> {
    await this.widget.locator(`input[name="${name}"]:not([readonly])`).fill(value);
    await this.widget.locator('button.primary').click();
  }

  code(): string {
    return liveCode(this.label('Token'), Date.now()).code;
  }

  /** A code that has not been used yet. */
  async freshCode(used: string | undefined): Promise<string> {
    while (this.code() === used) await this.page.waitForTimeout(250);
    return this.code();
  }

  async end(): Promise<void> {
    await this.page.context().close();
  }
}
