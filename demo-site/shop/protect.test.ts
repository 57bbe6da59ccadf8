import { describe, expect, test } from 'vitest';
import { SERVICE, SHOP } from '../testing/fake-service.ts';
import { openShop } from '../testing/visitor.ts';

const EMPTY = 'Your basket is empty';

describe('a form that somebody else made the browser send', () => {
  test.each([
    ['from another site', { origin: 'https://evil.example' }],
    ['from the same name on another port', { origin: 'http://127.0.0.1:9999' }],
    ['from nowhere that can be named', { origin: 'null' }],
    ['without saying from where', {}],
  ])('%s changes nothing', async (_from, headers) => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/plants/pilea');
    const body = new URLSearchParams({ csrf: maria.field('csrf'), plant: 'pilea' });
    const refused = await maria.send('/basket', { method: 'POST', body, headers });
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.text).toContain('FORM_OF_ANOTHER_SITE');
    expect((await maria.get('/basket')).text).toContain(EMPTY);
  });

  test('with the token of another session, or none, changes nothing', async () => {
    const { visitor } = await openShop();
    const [maria, thief] = [visitor(), visitor()];
    await thief.get('/plants/pilea');
    for (const csrf of [thief.field('csrf'), '', 'x'.repeat(43)]) {
      await maria.get('/plants/pilea');
      const refused = await maria.post('/basket', { plant: 'pilea', csrf });
      expect(refused).toMatchObject({ status: 403 });
      expect(refused.text).toContain('FORM_OUT_OF_DATE');
    }
    expect((await maria.get('/basket')).text).toContain(EMPTY);
  });

  // Login CSRF: a thief's own fresh result, sent by the thief's page, to make the victim shop on the thief's account.
  test('signs nobody in', async () => {
    const { visitor, service } = await openShop();
    const [victim, thief] = [visitor(), visitor()];
    await thief.get('/sign-in');
    await victim.get('/sign-in');
    const result = await service.result({ nonce: thief.widget('nonce') });
    const body = new URLSearchParams({ csrf: thief.field('csrf'), countersign_result: result });
    const headers = { origin: 'https://evil.example' };
    expect(await victim.send('/sign-in', { method: 'POST', body, headers })).toMatchObject({ status: 403 });
    expect(await victim.whoAmI()).toBeUndefined();
  });

  test('with a field twice is not read', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/plants/pilea');
    const body = `csrf=${maria.field('csrf')}&csrf=x&plant=pilea`;
    const headers = { origin: SHOP, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await maria.send('/basket', { method: 'POST', body, headers })).text).toContain('FORM_UNREADABLE');
  });

  test('with a body of another kind is not read', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/plants/pilea');
    const body = JSON.stringify({ csrf: maria.field('csrf'), plant: 'pilea' });
    const headers = { origin: SHOP, 'content-type': 'application/json' };
    expect((await maria.send('/basket', { method: 'POST', body, headers })).text).toContain('FORM_UNREADABLE');
  });

  test('of a size that no form has is not read', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/plants/pilea');
    expect(await maria.post('/basket', { plant: 'x'.repeat(20_000) })).toMatchObject({ status: 413 });
  });
});

describe('every page', () => {
  const PATHS = ['/', '/plants/pilea', '/basket', '/sign-in', '/account', '/checkout', '/nothing-here'];

  test('lets only the shop’s and the service’s scripts run, frames the service alone, and is framed by nobody', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    for (const path of PATHS) {
      const policy = (await maria.get(path)).headers.get('content-security-policy')?.split('; ');
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          `script-src 'self' ${SERVICE}`,
          "style-src 'self'",
          `frame-src ${SERVICE}`,
          "frame-ancestors 'none'",
          "base-uri 'none'",
        ]),
      );
    }
  });

  test.each(['/favicon.svg', '/favicon.ico'])('has an icon for both schemes at %s', async (path) => {
    const { visitor } = await openShop();
    const answer = await visitor().get(path);
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('prefers-color-scheme:dark') });
    expect(answer.headers.get('content-type')).toBe('image/svg+xml');
  });

  test('works under that policy: no inline script, style or handler', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/sign-in');
    const widget = maria.page;
    await maria.signIn();
    await maria.get('/plants/pilea');
    await maria.post('/basket', { plant: 'pilea' });
    const texts = [widget];
    for (const path of PATHS.filter((path) => path !== '/sign-in')) texts.push((await maria.get(path)).text);
    for (const text of texts) {
      expect(text).toContain('<!doctype html>');
      expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:/i);
    }
  });

  test('is kept by nobody on the way', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    for (const path of PATHS) expect((await maria.get(path)).headers.get('cache-control')).toBe('no-store');
  });

  test('shows names as text, whatever is in them', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    const login = `<img src=x onerror=alert(1)>"'&`;
    await maria.get('/sign-in');
    await maria.signIn({ nonce: maria.widget('nonce'), preferred_username: login });
    const { text } = await maria.get('/account');
    expect(text).not.toContain('<img');
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
  });
});

test('another name for the shop leads to its own, and takes no forms', async () => {
  const { visitor } = await openShop();
  const maria = visitor();
  expect(await maria.get('http://localhost:8081/basket?x=1')).toMatchObject({ status: 302, to: `${SHOP}/basket?x=1` });
  expect(await maria.send('http://evil.example/basket', { method: 'POST' })).toMatchObject({ status: 421 });
});

test.each(['0', '1.5', '-1', '10', '1e1', 'x', ''])(
  'a quantity of %j is a plain number of plants or nothing',
  async (quantity) => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/plants/pilea');
    await maria.post('/basket', { plant: 'pilea' });
    await maria.post('/basket', { plant: 'pilea', quantity, csrf: maria.field('csrf') });
    const { text } = await maria.get('/basket');
    if (quantity === '0') expect(text).toContain(EMPTY);
    else expect(text).toContain('aria-label="Quantity">1<');
  },
);
