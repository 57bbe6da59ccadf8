import type { Browser, FrameLocator, Page } from '@playwright/test';
import { liveCode } from '../../demo-site/launcher/live-code.ts';

export const DESKTOP = { width: 1120, height: 760 };
export const PHONE = { width: 390, height: 780 };

export interface View {
  scheme: 'light' | 'dark';
  size: { width: number; height: number };
  /** Device pixels per pixel. Default 1. */
  scale?: number;
}

export interface Person {
  login: string;
  password: string;
  otpauthUri: string;
}

/** A visitor of the demo shop, one step of the sign-in after the other. */
export class Visit {
  readonly page: Page;
  readonly #shop: string;
  readonly #person: Person;

  private constructor(page: Page, shop: string, person: Person) {
    this.page = page;
    this.#shop = shop;
    this.#person = person;
  }

  static async begin(
    browser: Browser,
    shop: string,
    person: Person,
    { scheme, size, scale = 1 }: View,
  ): Promise<Visit> {
    const context = await browser.newContext({
      viewport: size,
      colorScheme: scheme,
      deviceScaleFactor: scale,
      reducedMotion: 'reduce',
      locale: 'en-GB',
      isMobile: size === PHONE,
      hasTouch: size === PHONE,
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => console.error(`the page failed: ${error.message}`));
    return new Visit(page, shop, person);
  }

  get widget(): FrameLocator {
    return this.page.frameLocator('#countersign iframe');
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(this.#shop + path);
  }

  async atLogin(): Promise<void> {
    await this.goto('/sign-in');
    await this.arrive('username');
  }

  async atPassword(): Promise<void> {
    await this.atLogin();
    await this.answer('username', this.#person.login);
    await this.arrive('password');
  }

  async atCode(): Promise<void> {
    await this.atPassword();
    await this.answer('password', this.#person.password);
    await this.arrive('otp');
  }

  async signIn(): Promise<void> {
    await this.atCode();
    await this.answer('otp', this.code);
    await this.page.waitForURL('**/account');
  }

  async fillBasket(...plants: string[]): Promise<void> {
    for (const plant of plants) {
      await this.goto(`/plants/${plant}`);
      await this.page.locator('.buy button').click();
      await this.page.waitForURL('**/basket');
    }
  }

  arrive(field: string): Promise<void> {
    return this.widget.locator(`input[name="${field}"]:not([readonly])`).waitFor();
  }

  /** Completes the step on the screen. */
  async answer(field: string, value: string): Promise<void> {
    await this.widget.locator(`input[name="${field}"]:not([readonly])`).fill(value);
    await this.widget.locator('button.primary').click();
  }

  get code(): string {
    return liveCode(this.#person.otpauthUri, Date.now()).code;
  }

  /** Six digits that are not the code of this or a neighbouring time step. */
  get wrongCode(): string {
    const near = [-30_000, 0, 30_000].map((ms) => liveCode(this.#person.otpauthUri, Date.now() + ms).code);
    return ['123456', '234567', '345678', '456789'].find((code) => !near.includes(code)) ?? '';
  }

  /** Waits until the frame has the height that its content requested, and the browser has painted it. */
  async settle(): Promise<void> {
    await this.page.waitForLoadState('networkidle');
    let last = '';
    for (let same = 0; same < 3; ) {
      const box = await this.page.evaluate(
        () =>
          new Promise<string>((r) =>
            requestAnimationFrame(() => r(document.querySelector('iframe')?.style.height ?? '')),
          ),
      );
      same = box === last ? same + 1 : 0;
      last = box;
      await this.page.waitForTimeout(60);
    }
  }

  async end(): Promise<void> {
    await this.page.context().close();
  }
}
