import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtPath } from './harness/built-service.ts';

const run = promisify(execFile);
const HTTPS = { COUNTERSIGN_URL: 'https://localhost:8443' };
let folder: string;
const file = (name: string) => join(folder, name);
async function end(command: string, env: Record<string, string>): Promise<{ code: number; stderr: string }> {
  const given = { PATH: process.env.PATH ?? '', COUNTERSIGN_DATA: file('data'), COUNTERSIGN_LISTEN: '127.0.0.1:0' };
  const ended = await run(process.execPath, [builtPath('server/start.cjs'), ...command.split(' ')], {
    env: { ...given, COUNTERSIGN_URL: 'http://localhost:8080', ...env },
  }).catch((failed: { code: number; stderr: string }) => failed);
  return { code: 'code' in ended ? ended.code : 0, stderr: ended.stderr };
}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cs-codes-'));
  expect(await end('setup --name Acme', {})).toMatchObject({ code: 0 });
  await writeFile(file('other.key'), randomBytes(32).toString('base64'), { mode: 0o600 });
  await writeFile(file('open.key'), randomBytes(32).toString('base64'));
  await chmod(file('open.key'), 0o644);
  await writeFile(file('short.key'), 'no key', { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// A supervisor that starts it again for ever hides the one line that says what is wrong.
test.each<[string, () => Record<string, string>, string]>([
  ['a key file that is missing', () => ({ COUNTERSIGN_MASTER_KEY_FILE: file('no.key') }), 'is missing'],
  ['a key file that is open to others', () => ({ COUNTERSIGN_MASTER_KEY_FILE: file('open.key') }), 'chmod 600'],
  ['another key', () => ({ COUNTERSIGN_MASTER_KEY_FILE: file('other.key') }), 'not the one of this store'],
  ['a key that is none', () => ({ COUNTERSIGN_MASTER_KEY_FILE: file('short.key') }), '32 random bytes'],
  ['a variable that is unknown', () => ({ COUNTERSIGN_LISTN: '1' }), 'is unknown'],
  ['a secret whose file is missing', () => ({ COUNTERSIGN_SMTP_URL_FILE: file('no') }), 'does not exist'],
  ['country data that is missing', () => ({ COUNTERSIGN_GEO_DATABASE: file('no') }), 'geo database'],
  ['country data that is none', () => ({ COUNTERSIGN_GEO_DATABASE: file('other.key') }), 'geo database'],
  ['a gateway that is missing', () => ({ COUNTERSIGN_SMS_GATEWAY: file('no') }), 'SMS gateway'],
  ['plans that are missing', () => ({ COUNTERSIGN_PLANS: file('no') }), 'the plans'],
  ['texts that are missing', () => ({ COUNTERSIGN_TEXTS_DIR: file('no') }), 'the texts'],
  ['a list that is missing', () => ({ COUNTERSIGN_BREACHED_PASSWORDS_FILE: file('no') }), 'breached passwords'],
  ['a feed into no folder', () => ({ COUNTERSIGN_AUDIT_FEED: `file://${file('no')}/feed` }), 'COUNTERSIGN_AUDIT_FEED'],
  [
    'a certificate that is missing',
    () => ({ ...HTTPS, COUNTERSIGN_TLS_CERT_FILE: file('no.pem'), COUNTERSIGN_TLS_KEY_FILE: file('other.key') }),
    'COUNTERSIGN_TLS_CERT_FILE names a file that cannot be used',
  ],
  [
    'a certificate without a key',
    () => ({ ...HTTPS, COUNTERSIGN_TLS_CERT_FILE: file('no.pem') }),
    'COUNTERSIGN_TLS_KEY_FILE is required with COUNTERSIGN_TLS_CERT_FILE',
  ],
  ['a data folder that is a file', () => ({ COUNTERSIGN_DATA: file('other.key') }), 'COUNTERSIGN_DATA'],
])('a start with %s ends with 78, which the unit does not repeat', async (_mistake, env, message) => {
  const { code, stderr } = await end('serve', env());
  expect(stderr).toContain(message);
  expect(code).toBe(78);
});
