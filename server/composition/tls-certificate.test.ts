import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ConfigError } from '../config/load-config.ts';
import { DAY_MS } from '../kernel/time.ts';
import { capturedLog } from '../testing/captured-log.ts';
import { createTlsFiles, type TlsFiles } from '../testing/tls-files.ts';
import { exitCodeOf } from './command-failure.ts';
import { type ServedCertificate, serveCertificate } from './tls-certificate.ts';

let files: TlsFiles;
beforeAll(async () => {
  files = await createTlsFiles();
});
afterAll(() => files.remove());

const running: ServedCertificate[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.stop();
});

let folders = 0;

/** A folder of its own with the pair of the server. */
async function installed() {
  const folder = join(files.folder, `installed-${folders++}`);
  await mkdir(folder);
  const [certFile, keyFile] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')];
  await copyFile(files.cert, certFile);
  await copyFile(files.key, keyFile);
  await chmod(keyFile, 0o600);
  return { folder, certFile, keyFile };
}

async function served(pair: { certFile: string; keyFile: string }, now = Date.now) {
  const { log, lines } = capturedLog();
  const certificate = await serveCertificate({ ...pair, url: 'https://auth.example', log, now, checkMs: 10 });
  running.push(certificate);
  const followed = vi.fn();
  certificate.follow(followed);
  const messages = () => lines().map(({ msg }) => msg);
  return { certificate, followed, messages };
}

const failureOf = (pair: { certFile: string; keyFile: string }) =>
  served(pair).then(
    () => expect.fail('it was served'),
    (error: unknown) => error,
  );

describe('SR-21: a key of TLS', () => {
  test.each([0o644, 0o660, 0o604])('that others may read is not served, with mode %o', async (mode) => {
    const pair = await installed();
    await chmod(pair.keyFile, mode);
    const failure = await failureOf(pair);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(exitCodeOf(failure)).toBe(78);
    expect(String(failure)).toMatch(
      /COUNTERSIGN_TLS_KEY_FILE names a file that cannot be used: .*privkey.pem \(it is open to others: set its mode to 06[04]0/,
    );
  });

  test('that its group may read is served if root owns it, and else not', async () => {
    const pair = await installed();
    await chmod(pair.keyFile, 0o640);
    const isServed = await served(pair).then(
      () => true,
      () => false,
    );
    expect(isServed).toBe(process.getuid?.() === 0);
  });
});

describe('the certificate of the listener', () => {
  test.each([
    ['without its certificate', (at: string) => rm(join(at, 'fullchain.pem')), /COUNTERSIGN_TLS_CERT_FILE .*ENOENT/],
    ['without its key', (at: string) => rm(join(at, 'privkey.pem')), /COUNTERSIGN_TLS_KEY_FILE .*ENOENT/],
    [
      'with a file that is no certificate',
      (at: string) => writeFile(join(at, 'fullchain.pem'), 'hello'),
      /COUNTERSIGN_TLS_CERT_FILE names a file that cannot be used/,
    ],
    [
      'with a file that is no key',
      (at: string) => writeFile(join(at, 'privkey.pem'), 'hello'),
      /COUNTERSIGN_TLS_KEY_FILE names a file that cannot be used/,
    ],
    [
      'with the key of another',
      (at: string) => copyFile(files.clientKey, join(at, 'privkey.pem')),
      /COUNTERSIGN_TLS_KEY_FILE is not the key of COUNTERSIGN_TLS_CERT_FILE/,
    ],
  ])('is not served %s', async (_, spoil, message) => {
    const pair = await installed();
    await spoil(pair.folder);
    const failure = await failureOf(pair);
    expect(exitCodeOf(failure)).toBe(78);
    expect(String(failure)).toMatch(message);
  });

  test('says at the start that it has expired, expires soon, is not valid yet or names another host', async () => {
    const pair = await installed();
    const at = (days: number) => async () => (await served(pair, () => Date.now() + days * DAY_MS)).messages();
    expect(await at(3)()).toEqual(['the certificate has expired: browsers and backends refuse it']);
    expect(await at(1)()).toEqual(['the certificate expires soon']);
    expect(await at(-1)()).toEqual(['the certificate is not valid yet']);
    await copyFile(files.clientCert, pair.certFile);
    await copyFile(files.clientKey, pair.keyFile);
    expect(await at(1)()).toContain('the certificate does not name the host of COUNTERSIGN_URL');
  });

  test('is replaced when its files are, also behind a link as of certbot', async () => {
    const [old, renewed] = [await installed(), await installed()];
    await copyFile(files.clientCert, renewed.certFile);
    await copyFile(files.clientKey, renewed.keyFile);
    const live = join(files.folder, 'live');
    await symlink(old.folder, live);
    const { certificate, followed, messages } = await served({
      certFile: join(live, 'fullchain.pem'),
      keyFile: join(live, 'privkey.pem'),
    });
    await symlink(renewed.folder, `${live}.new`);
    await rename(`${live}.new`, live);
    await expect.poll(() => followed.mock.calls.length).toBe(1);
    expect(messages()).toContain('serving a new certificate');
    expect(followed.mock.calls[0]?.[0]).toBe(certificate.pair);
    expect(certificate.state().isRenewalRefused).toBe(false);
  });

  test('stays while the files hold a pair that cannot be used, which is said once, until one can be', async () => {
    const pair = await installed();
    const { certificate, followed, messages } = await served(pair);
    const before = certificate.pair;
    await copyFile(files.clientCert, pair.certFile);
    await expect.poll(() => certificate.state().isRenewalRefused).toBe(true);
    const refusals = () =>
      messages().filter((one) => one === 'the new certificate cannot be used: the one before is still served');
    expect(refusals()).toHaveLength(1);
    await rm(pair.certFile);
    await expect.poll(() => refusals()).toHaveLength(2);
    expect(certificate.pair).toBe(before);
    expect(followed).not.toHaveBeenCalled();
    await copyFile(files.clientCert, pair.certFile);
    await copyFile(files.clientKey, pair.keyFile);
    await expect.poll(() => followed.mock.calls.length).toBe(1);
    expect(certificate.state().isRenewalRefused).toBe(false);
  });

  test('stays if the new one has expired', async () => {
    const pair = await installed();
    // The first one is valid for two days.
    const { certificate, followed } = await served(pair, () => Date.now() + 1.5 * DAY_MS);
    const ofOneDay = ['-days', '1', '-subj', '/CN=old', '-keyout', pair.keyFile, '-out', pair.certFile];
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    await promisify(execFile)('openssl', ['req', '-x509', ...newKey, ...ofOneDay]);
    await expect.poll(() => certificate.state().isRenewalRefused).toBe(true);
    expect(followed).not.toHaveBeenCalled();
  });
});
