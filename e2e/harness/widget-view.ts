import type { FrameLocator, Locator, Page } from '@playwright/test';

/** The widget as users see it: by role and by label, never by class. */
export interface WidgetView<Place = FrameLocator | Page> {
  frame: Place;
  /** All that the widget shows. */
  main: Locator;
  heading: Locator;
  login: Locator;
  password: Locator;
  code: Locator;
  /** The error, or empty. */
  alert: Locator;
  button(name: string | RegExp): Locator;
  identify(login: string): Promise<void>;
  givePassword(password: string): Promise<void>;
  giveCode(code: string): Promise<void>;
}

export const TITLES = {
  identify: 'Sign in',
  password: 'Enter your password',
  otp: 'Enter your code',
  passkey: 'Use your passkey',
  done: 'You are signed in',
  denied: 'Sign-in is not possible',
  expired: 'This sign-in has ended',
  offline: 'No connection',
} as const;

/** `within`: a CSS selector of the element of the widget, if there are several. */
export function widgetOn(page: Page, within = 'body'): WidgetView<FrameLocator> {
  return widgetIn(page.frameLocator(`${within} iframe`));
}

/** The sign-in in a frame, or as a page or window. */
export function widgetIn<Place extends FrameLocator | Page>(frame: Place): WidgetView<Place> {
  const button = (name: string | RegExp) => frame.getByRole('button', { name, exact: true });
  const view: WidgetView<Place> = {
    frame,
    // In a frame the card is no landmark.
    main: frame.locator('main, .card').first(),
    heading: frame.getByRole('heading', { level: 1 }),
    login: frame.getByLabel('Login or email'),
    password: frame.getByLabel('Password', { exact: true }),
    code: frame.getByLabel('One-time code'),
    alert: frame.getByRole('alert'),
    button,
    async identify(login) {
      await view.login.fill(login);
      await button('Continue').click();
    },
    async givePassword(password) {
      await view.password.fill(password);
      await button('Sign in').click();
    },
    async giveCode(code) {
      await view.code.fill(code);
      await button('Confirm').click();
    },
  };
  return view;
}
