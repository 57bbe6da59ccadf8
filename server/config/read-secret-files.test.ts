import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';
import { VARIABLES } from './variables.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

function fileWith(text: string | Buffer): string {
  files += 1;
  const file = join(folder, `secret-${files}`);
  writeFileSync(file, text);
  return file;
}

function errorOf(env: Record<string, string>): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

test('every secret may come from a file, whose line may end', () => {
  const whsec = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  const config = loadConfig({
    COUNTERSIGN_STORE_FILE: fileWith('rediss+sentinel://:of-redis@a:1/main\n'),
    COUNTERSIGN_STORE_SENTINEL_PASSWORD_FILE: fileWith('of-sentinel\r\n'),
    COUNTERSIGN_MASTER_KEY: 'the key of now',
    COUNTERSIGN_OLD_MASTER_KEYS_FILE: fileWith('one, two'),
    COUNTERSIGN_PAYMENT_SECRET_FILE: fileWith(whsec),
    COUNTERSIGN_AUDIT_ARCHIVE: 'https://s3.example/audit',
    COUNTERSIGN_AUDIT_ARCHIVE_KEY_ID: 'id',
    COUNTERSIGN_AUDIT_ARCHIVE_SECRET_FILE: fileWith('of-s3'),
    COUNTERSIGN_SMTP_URL_FILE: fileWith('smtps://me:of-mail@mail.example'),
    COUNTERSIGN_MAIL_FROM: 'auth@example.com',
    COUNTERSIGN_SMS_GATEWAY: '/etc/countersign/sms.json',
    COUNTERSIGN_SMS_SECRET_FILE: fileWith('of-sms'),
    COUNTERSIGN_CODE_COURIER_URL: 'https://bot.example',
    COUNTERSIGN_CODE_COURIER_SECRET_FILE: fileWith(whsec),
  });
  expect(config.store.kind === 'redis' && config.store.url.reveal()).toContain('of-redis');
  expect(config.redis.sentinel.password?.reveal()).toBe('of-sentinel');
  expect(config.masterKey.oldFromEnvironment?.map((key) => key.reveal())).toEqual(['one', 'two']);
  expect(config.paymentSecret?.reveal()).toBe(whsec.slice('whsec_'.length));
  expect(config.auditArchive?.kind === 'bucket' && config.auditArchive.secret.reveal()).toBe('of-s3');
  expect(config.mail?.server.reveal()).toContain('of-mail');
  expect(config.codes.sms?.secret?.reveal()).toBe('of-sms');
  expect(config.codes.courier?.secret.reveal()).toBe(whsec.slice('whsec_'.length));
});

// SR-35: a secret that cannot come from a file stands in `ps e` and in the manifest.
test('every variable whose value is a secret is one that may come from a file', () => {
  const fromFile = Object.entries(VARIABLES).flatMap(([name, variable]) => ('isSecret' in variable ? [name] : []));
  const secret = Object.keys(VARIABLES).filter((name) =>
    /SECRET|PASSWORD$|_KEYS$|SMTP_URL|^COUNTERSIGN_STORE$/.test(name),
  );
  expect(fromFile.sort()).toEqual(secret.sort());
});

// SR-35
test.each([
  ['a file that is missing', '/nowhere/canary', 'names a file that does not exist'],
  ['a folder', tmpdir(), 'names a file that cannot be read (EISDIR)'],
  ['an empty file', fileWith('\n'), 'must name a file with one line'],
  ['several lines', fileWith('canary\nmore'), 'must name a file with one line'],
  ['a byte that ends text', fileWith('canary\0'), 'must name a file with one line'],
  ['a huge file', fileWith('canary'.repeat(20_000)), 'must name a file with one line'],
])('refuses %s without showing what it holds', (_, file, problem) => {
  const error = errorOf({ COUNTERSIGN_STORE_FILE: file });
  expect(error.problems).toEqual([{ name: 'COUNTERSIGN_STORE_FILE', problem }]);
  expect(inspect(error, { depth: 9 })).not.toContain('canary');
});

test.each([
  [
    'is required too',
    'COUNTERSIGN_AUDIT_ARCHIVE_SECRET',
    { COUNTERSIGN_AUDIT_ARCHIVE: 'https://s3.example/audit', COUNTERSIGN_AUDIT_ARCHIVE_KEY_ID: 'id' },
  ],
  ['another requires', 'COUNTERSIGN_CODE_COURIER_SECRET', { COUNTERSIGN_CODE_COURIER_URL: 'https://bot.example' }],
  [
    'decides about others',
    'COUNTERSIGN_STORE',
    { COUNTERSIGN_WORKERS: '4', COUNTERSIGN_STORE_TLS_CA: '/ca.pem', COUNTERSIGN_STORE_SENTINEL_USER: 'watcher' },
  ],
])('names an unreadable file once, also of a variable that %s', (_, name, env) => {
  expect(errorOf({ ...env, [`${name}_FILE`]: '/nowhere' }).problems).toEqual([
    { name: `${name}_FILE`, problem: 'names a file that does not exist' },
  ]);
});

test('refuses a file beside the variable itself, and a wrong value in a file by the name of the variable', () => {
  const both = { COUNTERSIGN_STORE: 'embedded', COUNTERSIGN_STORE_FILE: fileWith('embedded') };
  expect(errorOf(both).problems).toEqual([
    { name: 'COUNTERSIGN_STORE_FILE', problem: 'excludes COUNTERSIGN_STORE: set one of them' },
  ]);
  const wrong = errorOf({ COUNTERSIGN_STORE_FILE: fileWith('mysql://canary') });
  expect(wrong.problems.map(({ name }) => name)).toEqual(['COUNTERSIGN_STORE']);
  expect(inspect(wrong, { depth: 9 })).not.toContain('canary');
});

test('settings of TLS and Sentinel go with a URL that uses them', () => {
  const namesOf = (env: Record<string, string>) => errorOf(env).problems.map(({ name }) => name);
  const tls = { COUNTERSIGN_STORE_TLS_CA: '/ca.pem' };
  const sentinel = { COUNTERSIGN_STORE_SENTINEL_PASSWORD: 'x' };
  expect(namesOf({ COUNTERSIGN_STORE: 'redis://a', ...tls })).toEqual(['COUNTERSIGN_STORE_TLS_CA']);
  expect(namesOf({ ...tls })).toEqual(['COUNTERSIGN_STORE_TLS_CA']);
  expect(namesOf({ COUNTERSIGN_STORE: 'rediss://a', ...sentinel })).toEqual(['COUNTERSIGN_STORE_SENTINEL_PASSWORD']);
  expect(namesOf({ COUNTERSIGN_STORE: 'rediss://a', COUNTERSIGN_STORE_TLS_CERT: '/c' })).toEqual([
    'COUNTERSIGN_STORE_TLS_KEY',
  ]);
});
