import { describe, test } from 'vitest';
import type { FilterRule } from '../server/resources/filters/filter.ts';
import { createFilter } from '../server/testing/as-operator.ts';
import { sealEvents } from '../server/testing/consuming.ts';
import { addResource, addUser, birth, unwrap } from '../server/testing/fixtures.ts';
import { createSuperuser } from './harness/console-people.ts';
import { openConsoleSessions } from './harness/console-sessions.ts';
import { expectAccessible } from './harness/console-view.ts';
import { expect } from './harness/expect.ts';

const visits = openConsoleSessions('console lists');
const USUAL = 'maria.lopez@harbour.example';
const LONG = 'maria.of-a-long-name@customers.harbour-shop.example';

async function enterLists(width: number, path: string, locale = 'en') {
  const who = await createSuperuser(visits.stage);
  const { ports } = visits;
  const allowedOrigins = ['https://customers.harbour-shop.example'];
  const shop = await addResource(ports, who.account, { name: 'Shop of the long name', allowedOrigins });
  for (const [login, email] of [
    [USUAL, USUAL],
    [LONG, LONG],
    ['maria', `post.${LONG}`],
  ] as const) {
    const user = { login, email, firstName: 'Maria', secondName: 'López' };
    await addUser(ports, who.account, shop, { user, tokens: [{}, { kind: 'hotp', state: 'locked' }] });
  }
  const rule: FilterRule = { kind: 'ip', mode: 'allow', ranges: ['203.0.113.0/24'] };
  unwrap(await createFilter(ports, birth(ports, 'flt'), who.account, { name: 'Office', rule }));
  await sealEvents(ports);
  return visits.enter(who, path, { viewport: { width, height: 900 }, locale });
}

test.each(['en', 'de', 'fr', 'es', 'uk'])('at 1024 pixels no list scrolls sideways, in %s', async (locale) => {
  const view = await enterLists(1024, '/console/users', locale);
  for (const page of ['users', 'tokens', 'resources', 'filters', 'administrators', 'events']) {
    await view.goTo(`/console/${page}`);
    await expect(view.main.getByRole('row').nth(1), page).toBeVisible();
    await expect(view.main.locator('[aria-busy=true]')).toHaveCount(0);
    const scrolling = await view.main.evaluate((main) =>
      Array.from(main.querySelectorAll('*')).flatMap(({ className, scrollWidth, clientWidth }) =>
        clientWidth > 0 && scrollWidth > clientWidth && className !== 'unseen' ? [`${className}: ${scrollWidth}`] : [],
      ),
    );
    expect(scrolling, page).toEqual([]);
  }
});

describe('an address in a list is whole, and breaks before its @ and dots only, or after a hyphen', () => {
  test.each([390, 1024, 1440])('at %i pixels', async (width) => {
    const view = await enterLists(width, '/console/users');
    const linesOf = (login: string) =>
      view.main.getByRole('link', { name: login, exact: true }).evaluate((link) => {
        const lines = new Map<number, string>();
        const texts = document.createTreeWalker(link, NodeFilter.SHOW_TEXT);
        for (let node = texts.nextNode(); node; node = texts.nextNode()) {
          for (let at = 0; at < (node.nodeValue ?? '').length; at++) {
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const top = Math.round(range.getBoundingClientRect().top);
            lines.set(top, (lines.get(top) ?? '') + range.toString());
          }
        }
        return [...lines.values()];
      });
    const [usual, long] = [await linesOf(USUAL), await linesOf(LONG)];
    expect([usual.join(''), long.join('')]).toEqual([USUAL, LONG]);
    for (const lines of [usual, long]) expect(lines.join('\n')).not.toMatch(/[^-]\n[^@.]/);
    expect(long.length).toBeGreaterThan(1);
    await expectAccessible(view, 'users');
  });
});
