import type { Page } from '@playwright/test';
import { freePortFrom } from '../../demo-site/launcher/free-port.ts';
import { type ConsoleFixture, createConsoleFixture } from '../../e2e/harness/console-fixture.ts';
import { signIn } from '../../e2e/harness/console-people.ts';
import { seedActivity } from '../../e2e/harness/seed-activity.ts';
import { createAccount } from '../../server/accounts/create-account.ts';
import { firstLoginDocument } from '../../server/accounts/documents.ts';
import type { AccountId } from '../../server/kernel/ids.ts';
import { recordOnce } from '../../server/store/record-once.ts';
import { addAdministrator } from '../../server/testing/administrators.ts';
import { createApiKey, createFilter } from '../../server/testing/as-operator.ts';
import { addResource, addUser, birth, unwrap } from '../../server/testing/fixtures.ts';

const SIZE = { width: 1180, height: 800 };
/** Heights that show the home page with its first chart, and a filter with its whole week. */
const HEIGHTS: Readonly<Record<string, number>> = { home: 1160, filter: 1340 };
const SITES = ['Harbour shop', 'Staff portal', 'Supplier portal'] as const;
const NAMES = [
  ['maria.castillo', 'Maria', 'Castillo'],
  ['li.wei', 'Wei', 'Li'],
  ['amara.okafor', 'Amara', 'Okafor'],
  ['jonas.berg', 'Jonas', 'Berg'],
  ['noor.haddad', 'Noor', 'Haddad'],
  ['tomas.novak', 'Tomáš', 'Novák'],
  ['ines.moreau', 'Inès', 'Moreau'],
  ['kwame.mensah', 'Kwame', 'Mensah'],
  ['yuki.tanaka', 'Yuki', 'Tanaka'],
] as const;

/** The console's pages for an account with activity, in both schemes. The clock stands still. */
export async function shootConsole(shoot: (page: Page, name: string) => Promise<void>): Promise<void> {
  const stage = await createConsoleFixture('screenshots', await freePortFrom(8080));
  try {
    const { account } = unwrap(await createAccount(stage.ports, { name: 'Harbour & Co.' }));
    const { resource, filter } = await fillAccount(stage, account.id);
    const ada = await addAdministrator(stage.ports, account.id, {
      email: 'ada@harbour.example',
      superuser: true,
    });
    const rooms = [
      ['home', '/console'],
      ['embed', `/console/resources/${resource}/embed`],
      ['users', '/console/users?sort=name'],
      ['filter', `/console/filters/${filter}`],
    ] as const;
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints, ...view } = await stage.open('/console', {
        viewport: SIZE,
        colorScheme,
        locale: 'en-GB',
        reducedMotion: 'reduce',
      });
      await signIn(stage, { page, complaints, ...view }, ada);
      await page.clock.setFixedTime(stage.ports.clock.now());
      for (const [name, path] of rooms) {
        await page.setViewportSize({ ...SIZE, height: HEIGHTS[name] ?? SIZE.height });
        await page.goto(stage.url + path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.waitForLoadState('networkidle');
        if (name === 'home') await page.locator('.chart canvas').nth(2).waitFor();
        await shoot(page, `console-${name}-${colorScheme}`);
      }
      if (complaints.length > 0) throw new Error(`The console complained: ${complaints.join('\n')}`);
      await view.close();
    }
  } finally {
    await stage.close();
    await stage.browser.close();
  }
}

async function fillAccount({ ports }: ConsoleFixture, account: AccountId) {
  const resources = [];
  for (const name of SITES) {
    resources.push(await addResource(ports, account, { name, allowedOrigins: ['https://shop.example'] }));
  }
  const [shop] = resources;
  if (!shop) throw new Error('There is no resource.');
  const people = [];
  for (const [at, [login, firstName, secondName]] of NAMES.entries()) {
    const details = { login, firstName, secondName, email: `${login}@harbour.example` };
    const { user } = await addUser(ports, account, shop, { user: details, tokens: at % 3 === 2 ? [] : [{}] });
    people.push(user.id);
    ports.clock.advance(3_600_000);
  }
  const rule = {
    kind: 'time',
    zone: 'Europe/Vienna',
    windows: [
      { days: ['mon', 'tue', 'wed', 'thu'], fromMinute: 7 * 60, toMinute: 18 * 60 },
      { days: ['fri'], fromMinute: 7 * 60, toMinute: 14 * 60 },
    ],
  } as const;
  const { filter } = unwrap(
    await createFilter(ports, birth(ports, 'flt'), account, {
      name: 'Office hours',
      rule: { ...rule, windows: rule.windows.map((one) => ({ ...one, days: [...one.days] })) },
    }),
  );
  unwrap(
    await createApiKey(ports, { account, name: 'Shop backend', scopes: ['authenticate'], lifetimeMs: 86_400_000 }),
  );
  await recordOnce(ports, firstLoginDocument.key(account));
  ports.clock.advance(6 * 3_600_000);
  await seedActivity(ports, account, { resources: resources.map(({ id }) => id), people, days: 40 });
  return { resource: shop.id, filter: filter.id };
}
