import { describe, expect, test } from 'vitest';
import { SERVICE, SHOP } from '../testing/fake-service.ts';
import { openShop } from '../testing/visitor.ts';

const EMPTY = 'Your basket is empty';

describe('a forged form', () => {
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

  // Login CSRF: an attacker's page posts the attacker's own fresh result, so that the victim shops on the attacker's
  // account.
  test('signs the victim in to no account', async () => {
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

  test('is refused if it has a field twice', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/plants/pilea');
    const body = `csrf=${maria.field('csrf')}&csrf=x&plant=pilea`;
    const headers = { origin: SHOP, 'content-type': 'application/x-www-form-urlencoded' };
    expect((await maria.send('/basket', { method: 'POST', body, headers })).text).toContain('FORM_UNREADABLE');
  });

  test('is refused with another content type', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/plants/pilea');
    const body = JSON.stringify({ csrf: maria.field('csrf'), plant: 'pilea' });
    const headers = { origin: SHOP, 'content-type': 'application/json' };
    expect((await maria.send('/basket', { method: 'POST', body, headers })).text).toContain('FORM_UNREADABLE');
  });

  test('is refused if it is too large', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    await maria.get('/plants/pilea');
    expect(await maria.post('/basket', { plant: 'x'.repeat(20_000) })).toMatchObject({ status: 413 });
  });
});

describe('every page', () => {
  const PATHS = ['/', '/plants/pilea', '/basket', '/sign-in', '/account', '/checkout', '/nothing-here'];

  test('allows only scripts of the shop and the service, frames only the service, and cannot be framed', async () => {
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

  test('is not cached', async () => {
    const { visitor } = await openShop();
    const maria = visitor();
    for (const path of PATHS) expect((await maria.get(path)).headers.get('cache-control')).toBe('no-store');
  });

  test('shows names as text, whatever they contain', async () => {
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

test('another host name redirects to the shop’s own, and accepts no forms', async () => {
  const { visitor } = await openShop();
  const maria = visitor();
  expect(await maria.get('http://localhost:8081/basket?x=1')).toMatchObject({ status: 302, to: `${SHOP}/basket?x=1` });
  expect(await maria.send('http://evil.example/basket', { method: 'POST' })).toMatchObject({ status: 421 });
});

test.each(['0', '1.5', '-1', '10', '1e1', 'x', ''])(
  'treats the quantity %j as a plain number of plants or ignores it',
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
