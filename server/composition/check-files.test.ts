import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../config/load-config.ts';
import { PlansError } from '../config/load-plans.ts';
import { checkFiles } from './check-files.ts';

let folder: string;
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const check = (env: Record<string, string>) =>
  checkFiles(loadConfig(env)).then(
    () => undefined,
    (error: unknown) => error,
  );

test('names every file that cannot be used by its variable, at one start', async () => {
  const failure = await check({
    COUNTERSIGN_PLANS: file('plans.json', '{"currency":"euro","plans":[]}'),
    COUNTERSIGN_TEXTS_DIR: join(folder, 'missing'),
    COUNTERSIGN_SMS_GATEWAY: file('sms.json', 'not JSON'),
    COUNTERSIGN_TLS_CERT_FILE: file('cert.pem', 'no certificate'),
    COUNTERSIGN_TLS_KEY_FILE: join(folder, 'missing-key.pem'),
    COUNTERSIGN_STORE: 'rediss://redis.example:6379',
    COUNTERSIGN_STORE_TLS_CA: join(folder, 'missing.pem'),
  });
  expect(failure).toBeInstanceOf(ConfigError);
  const { problems } = failure as ConfigError;
  expect(problems.map(({ name }) => name)).toEqual([
    'COUNTERSIGN_PLANS',
    'COUNTERSIGN_TEXTS_DIR',
    'COUNTERSIGN_SMS_GATEWAY',
    'COUNTERSIGN_TLS_CERT_FILE',
    'COUNTERSIGN_STORE_TLS_CA',
  ]);
  expect(problems[0]?.problem).toMatch(/currency must be three capital letters[\s\S]*plans must not be empty/);
});

test('leaves the only wrong file to its own message, and accepts right ones', async () => {
  expect(await check({ COUNTERSIGN_PLANS: join(folder, 'missing.json') })).toBeInstanceOf(PlansError);
  const plans = file('right.json', '{"currency":"EUR","plans":[{"name":"Free","monthlyFee":0}]}');
  expect(await check({ COUNTERSIGN_PLANS: plans })).toBeUndefined();
  expect(await check({})).toBeUndefined();
});
