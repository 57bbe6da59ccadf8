import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';
import { parseSmtpUrl } from './parse.ts';

function problemsOf(env: Record<string, string>): readonly { name: string; problem: string }[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const namesOf = (env: Record<string, string>) => problemsOf(env).map(({ name }) => name);

test('limits of starts have bounds, and a network has at least that of an address', () => {
  const network = 'COUNTERSIGN_STARTS_PER_NETWORK';
  expect(namesOf({ [network]: '599' })).toEqual([network]);
  expect(namesOf({ [network]: '600' })).toEqual([]);
  expect(namesOf({ COUNTERSIGN_STARTS_PER_ADDRESS: '0' })).toEqual(['COUNTERSIGN_STARTS_PER_ADDRESS']);
  expect(namesOf({ COUNTERSIGN_STARTS_PER_SECOND: '2001' })).toEqual(['COUNTERSIGN_STARTS_PER_SECOND']);
});

describe('mail', () => {
  const from = { COUNTERSIGN_MAIL_FROM: 'auth@example.com' };

  test('the URL of a mail server is read whole, or refused without being shown', () => {
    expect(parseSmtpUrl('smtps://me:p%40ss%3A@mail.example')).toEqual({
      host: 'mail.example',
      port: 465,
      implicitTls: true,
      user: 'me',
      password: 'p@ss:',
    });
    expect(parseSmtpUrl('smtp://[::1]:25')).toEqual({ host: '::1', port: 25, implicitTls: false });
    for (const url of [
      'http://mail.example',
      'smtp://',
      'smtp://me@mail.example',
      'smtp://a/b',
      'smtp://a?x=y',
      'smtp://a b',
      'smtp://a:x@b%zz@c',
      'mail.example:25',
    ]) {
      const problems = problemsOf({ COUNTERSIGN_SMTP_URL: url, ...from });
      expect(
        problems.map(({ name }) => name),
        url,
      ).toEqual(['COUNTERSIGN_SMTP_URL']);
      if (url.length > 7) expect(JSON.stringify(problems)).not.toContain(url.slice(7));
    }
    const config = loadConfig({ COUNTERSIGN_SMTP_URL: 'smtp://me:hunter22@mail.example', ...from });
    expect(JSON.stringify(config) + inspect(config, { depth: 9 })).not.toContain('hunter22');
  });

  test('requires a sender of exactly one address', () => {
    expect(namesOf({ COUNTERSIGN_SMTP_URL: 'smtp://mail.example' })).toEqual(['COUNTERSIGN_MAIL_FROM']);
    for (const sender of ['nobody', 'a@b, c@d', 'A <a@b', 'A <a@b> <c@d>', 'A\r\nBcc: x <a@b>', '"A" <a@b>', 'a b@c']) {
      expect(namesOf({ COUNTERSIGN_MAIL_FROM: sender }), sender).toEqual(['COUNTERSIGN_MAIL_FROM']);
    }
  });
});

describe('the domain of passkeys', () => {
  const at = (COUNTERSIGN_URL: string, COUNTERSIGN_RP_ID: string) => namesOf({ COUNTERSIGN_URL, COUNTERSIGN_RP_ID });

  test.each([
    ['https://auth.example.com', 'auth.example.com'],
    ['https://auth.example.com:8443', 'example.com'],
    ['https://a.b.example.co.uk', 'b.example.co.uk'],
    ['http://localhost:8080', 'localhost'],
  ])('of %s may be %s', (url, rpId) => {
    expect(at(url, rpId)).toEqual([]);
  });

  // SR-61: browsers refuse these too, so no user could sign in.
  test.each([
    ['https://auth.example.com', 'example.org'],
    ['https://auth.example.com', 'www.auth.example.com'],
    ['https://auth.example.com', 'ample.com'],
    ['https://auth.example.com', 'com'],
    ['https://auth.example.co.uk', 'co.uk'],
    ['https://auth.github.io', 'github.io'],
    ['https://auth.example.com', 'Example.com'],
    ['https://auth.example.com', 'https://example.com'],
    ['https://auth.example.com', 'example.com:443'],
    ['http://127.0.0.1:8080', '127.0.0.1'],
  ])('of %s may not be %s', (url, rpId) => {
    expect(at(url, rpId)).toEqual(['COUNTERSIGN_RP_ID']);
  });

  test('may be any if it names the origin of the URL', () => {
    const moved = { COUNTERSIGN_URL: 'https://login.example.de', COUNTERSIGN_RP_ID: 'login.example.com' };
    expect(namesOf({ ...moved, COUNTERSIGN_RELATED_ORIGINS: 'https://login.example.de' })).toEqual([]);
    expect(namesOf({ ...moved, COUNTERSIGN_RELATED_ORIGINS: 'https://www.example.de' })).toEqual(['COUNTERSIGN_RP_ID']);
  });
});

describe('related origins', () => {
  const at = (COUNTERSIGN_RELATED_ORIGINS: string) => namesOf({ COUNTERSIGN_RELATED_ORIGINS });

  test.each([
    'https://login.example.com',
    'https://login.example.com:8443,https://xn--bcher-kva.example.de',
    'https://a.one.com, https://b.two.com, https://three.com, https://four.com, https://five.co.uk, https://five.de',
  ])('may be %s', (origins) => {
    expect(at(origins)).toEqual([]);
  });

  // SR-61. The attack: an entry that browsers or the check of passkeys read as a larger set of origins.
  test.each([
    'http://login.example.com',
    'https://login.example.com/',
    'https://login.example.com/path',
    'https://login.example.com?x',
    'https://user@login.example.com',
    'https://login.example.com:443',
    'https://login.example.com.',
    'https://Login.example.com',
    'https://bücher.example',
    'https://*.example.com',
    'https://192.0.2.1',
    'https://[2001:db8::1]',
    'https://localhost',
    'https://co.uk',
    'https://github.io',
    'null',
    'https://login.example.com,',
    'https://login.example.com, https://login.example.com',
    'https://one.com, https://two.com, https://three.com, https://four.com, https://five.com, https://six.com',
  ])('may not be %s', (origins) => {
    expect(at(origins)).toEqual(['COUNTERSIGN_RELATED_ORIGINS']);
  });
});
