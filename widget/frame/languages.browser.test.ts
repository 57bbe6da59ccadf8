import type { FlowView } from '@countersign/protocol/flow';
import { LANGUAGES, readLanguage } from '@countersign/ui/i18n/read-languages';
import { afterAll, afterEach, beforeAll, test } from 'vitest';
import { expect } from '../../e2e/harness/expect.ts';
import { LOGIN } from '../testing/fake-service.ts';
import { createWidgetFixture, frameOf, type WidgetFixture } from '../testing/fixture.ts';

let stage: WidgetFixture;
beforeAll(async () => {
  stage = await createWidgetFixture();
});
afterEach(() => stage.service.reset());
afterAll(() => stage?.close());

const KINDS = ['webauthn', 'totp', 'email', 'sms'] as const;
const FACTORS: FlowView['factors'] = [
  { id: 'code', kind: 'code' },
  { id: 'webauthn', kind: 'webauthn' },
  { id: 'ocra', kind: 'ocra', name: 'Keypad 7' },
  { id: 'sms', kind: 'sms', to: '••• ••42' },
  { id: 'email', kind: 'email', to: 'a•••@example.com' },
  { id: 'recovery', kind: 'recovery' },
];
const QR = { size: 21, path: 'M0 0h7v7H0z' };
/** Screens with long texts. */
const SCREENS: Record<string, Partial<FlowView>> = {
  'a wrong password': { step: 'password', error: { code: 'INVALID_CREDENTIALS' } },
  'an expired confirmation': { step: 'otp', factors: FACTORS, factor: 'code', error: { code: 'CODE_LIMIT' } },
  'a denied sign-in': { step: 'denied', error: { code: 'CONFIRMATION_REQUIRED' }, unlock: 'offered' },
  'a choice of second factors': { step: 'enrol', enrol: { kinds: KINDS, mayWait: true, until: Date.UTC(2027, 8, 30) } },
  'an authenticator app': {
    step: 'enrol',
    enrol: { kinds: KINDS, mayWait: true, kind: 'totp', secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/a', qr: QR },
  },
  'a phone number': { step: 'enrol', enrol: { kinds: KINDS, mayWait: true, kind: 'sms' } },
  'recovery codes': { step: 'codes', codes: Array.from({ length: 10 }, (_, i) => `abcd-efg${i}`) },
};

/** What sticks out of the frame, or of its own box. */
const FIND_CLIPPED = `(() => {
  document.querySelectorAll('details').forEach((one) => { one.open = true; });
  const sticksOut = (element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 1 && (left < -1 || right > innerWidth + 1 || element.scrollWidth > element.clientWidth + 1);
  };
  const texts = [...document.querySelectorAll('h1, h2, p, li, label, button, summary, a')]
    .filter((element) => getComputedStyle(element).display !== 'inline');
  return [document.documentElement, ...texts].filter(sticksOut).map(({ nodeName, textContent }) => nodeName + ': ' + textContent);
})()`;

test.each(LANGUAGES)('every screen in %s fits a phone, with no text clipped', async (lang) => {
  const options = `locale: '${readLanguage(lang).locale}'`;
  const page = await stage.openWidget(options, { viewport: { width: 390, height: 844 } });
  const frame = await frameOf(page);
  const login = frame.locator('#identify');
  await expect(frame.locator('html')).toHaveAttribute('lang', lang);
  for (const [name, view] of Object.entries(SCREENS)) {
    stage.service.intercept = ({ path }) =>
      path === 'flow/identify' ? { view: { login: LOGIN, seq: 1, ...view } } : undefined;
    await login.waitFor();
    expect(await frame.evaluate(FIND_CLIPPED), `before ${name}`).toEqual([]);
    const before = await frame.locator('.card').textContent();
    await login.fill(LOGIN);
    await login.press('Enter');
    await login.waitFor({ state: 'detached' });
    await frame.waitForFunction((text) => document.querySelector('.card')?.textContent !== text, before);
    expect(await frame.evaluate(FIND_CLIPPED), name).toEqual([]);
    await page.evaluate('widget.reset()');
  }
  await page.context().close();
});

test('a clipped text and one beyond the edge are found', async () => {
  const page = await stage.openWidget("locale: 'de'", { viewport: { width: 390, height: 844 } });
  const frame = await frameOf(page);
  await frame.evaluate(() => {
    const clip = { width: '20px', overflow: 'hidden', whiteSpace: 'nowrap' };
    Object.assign(document.querySelector<HTMLElement>('.primary')?.style ?? {}, clip);
    Object.assign(document.querySelector<HTMLElement>('h1')?.style ?? {}, { position: 'relative', left: '300px' });
  });
  expect(await frame.evaluate(FIND_CLIPPED)).toEqual(
    expect.arrayContaining([expect.stringContaining('BUTTON: Weiter'), expect.stringContaining('H1: Anmelden')]),
  );
});
