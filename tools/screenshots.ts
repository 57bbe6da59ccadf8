import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { createClient } from '../clients/typescript/src/index.ts';
import { runDemo } from '../demo-site/testing/run-demo.ts';
import { shootConsole } from './screenshots/console.ts';
import { openBrowser } from './screenshots/open-browser.ts';
import { invite } from './screenshots/people.ts';
import { shrinkPng } from './screenshots/shrink-png.ts';
import { DESKTOP, type Person, PHONE, type View, Visit } from './screenshots/visit.ts';

/**
 * `npm run screenshots`: takes the pictures in docs/images, of the built service, shop and console, with temporary
 * data.
 */
const IMAGES = resolve(import.meta.dirname, '../docs/images');
const MAX_BYTES = 150_000;
/** Pictures above this size get fewer colours. */
const LARGE_BYTES = 60_000;

const HERO: View = { scheme: 'light', size: { width: 1080, height: 640 }, scale: 2 };

await mkdir(IMAGES, { recursive: true });
/** `npm run screenshots -- console`: only these. */
const wanted = process.argv.slice(2);
const isWanted = (part: string) => wanted.length === 0 || wanted.includes(part);
if (isWanted('shop')) await shootShop();
if (isWanted('console')) await shootConsole(shootPage);

/** The shop, its widget, and every step of it. */
async function shootShop(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-screenshots-'));
  // Use the default ports if they are free: the pictures show them.
  const demo = await runDemo(folder, { COUNTERSIGN_LISTEN: '', SHOP_PORT: '' });
  const browser = await openBrowser();
  try {
    const label = (name: string) => demo.labels.get(name) ?? '';
    const client = createClient({ url: label('Countersign'), apiKey: demo.account.apiKey });
    const [guest, ...others] = await invite(client, demo.account.resource);
    await hero(browser, label('Shop'), guest);
    for (const [index, scheme] of (['light', 'dark'] as const).entries()) {
      const person = others[index];
      if (person) await steps(browser, label('Shop'), person, scheme);
    }
    await phone(browser, label('Shop'), guest);
    await pages(browser, label('Shop'), guest);
  } finally {
    await browser.close();
    await demo.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The shop with the widget, for the first page of the README. */
async function hero(browser: Browser, shop: string, person: Person): Promise<void> {
  const visit = await Visit.begin(browser, shop, person, HERO);
  await visit.atPassword();
  await shoot(visit, 'hero');
  await visit.end();
}

/** The widget's steps after the login. */
async function steps(browser: Browser, shop: string, person: Person, scheme: View['scheme']): Promise<void> {
  const visit = await Visit.begin(browser, shop, person, { scheme, size: DESKTOP });
  const step = (name: string) => shoot(visit, `widget-${name}-${scheme}`, '.widget');
  await visit.atPassword();
  await step('password');
  await visit.answer('password', person.password);
  await visit.arrive('otp');
  await step('code');
  await visit.answer('otp', visit.wrongCode);
  await visit.widget.locator('.error').waitFor();
  await step('wrong-code');
  await visit.end();
}

async function phone(browser: Browser, shop: string, person: Person): Promise<void> {
  const visit = await Visit.begin(browser, shop, person, { scheme: 'light', size: PHONE });
  await visit.atPassword();
  await shoot(visit, 'widget-password-phone');
  await visit.end();
}

/** The shop's own pages. */
async function pages(browser: Browser, shop: string, person: Person): Promise<void> {
  const visit = await Visit.begin(browser, shop, person, { scheme: 'light', size: DESKTOP });
  await visit.fillBasket('juniper-bonsai', 'pilea');
  await visit.signIn();
  await shoot(visit, 'shop-account');
  await visit.goto('/checkout');
  await visit.arrive('otp');
  await shoot(visit, 'shop-checkout');
  await visit.end();
}

async function shoot(visit: Visit, name: string, part?: string): Promise<void> {
  await visit.settle();
  await shootPage(visit.page, name, part);
}

async function shootPage(page: Page, name: string, part?: string): Promise<void> {
  const options = { caret: 'hide', animations: 'disabled' } as const;
  const seen = await (part === undefined ? page.screenshot(options) : page.locator(part).screenshot(options));
  const png = seen.length > LARGE_BYTES ? shrinkPng(seen) : seen;
  await writeFile(join(IMAGES, `${name}.png`), png);
  console.log(`${name}.png`.padEnd(28), `${Math.round(png.length / 1000)} kB`.padStart(7));
  if (png.length > MAX_BYTES) throw new Error(`${name}.png is larger than ${MAX_BYTES / 1000} kB.`);
}
