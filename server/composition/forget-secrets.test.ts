import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Config, loadConfig } from '../config/load-config.ts';
import { createLogger } from '../http/log.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { createFixture, unwrap } from '../testing/fixtures.ts';
import { keepRenewing } from '../testing/keep-renewing.ts';
import { startRedisServer } from '../testing/redis-server.ts';
import type { TestPorts } from '../testing/test-ports.ts';
import { listTokens } from '../tokens/list-tokens.ts';
import { createPorts } from './create-ports.ts';
import { type ForgetOptions, forgetLostSecrets } from './forget-secrets.ts';
import { openStore } from './open-store.ts';

const log = createLogger({ level: 'silent' });
let folder: string;
let config: Config;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-forget-'));
  config = loadConfig({ COUNTERSIGN_URL: 'http://localhost:8080', COUNTERSIGN_DATA: folder });
});
afterEach(() => rm(folder, { recursive: true }));

const keyFile = () => join(folder, 'master.key');
async function forget(options?: ForgetOptions): Promise<string> {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await forgetLostSecrets(config, log, options);
    return printed.mock.calls.join('\n');
  } finally {
    printed.mockRestore();
  }
}

test('SR-22: a store without its master key serves again under a new one, with every token to enrol again', async () => {
  const first = await createPorts(config, log);
  const { account } = await createFixture(first.ports as TestPorts, { tokens: [{ kind: 'hotp' }] });
  const [lostKid] = first.ports.signer.publicKeys().map(({ kid }) => kid);
  await first.ports.store.close();

  // The attack is a slip: it is run with the right key, or only to look.
  await expect(forget({ confirm: true })).rejects.toThrow('nothing is lost');
  const right = await readFile(keyFile(), 'utf8');
  await rm(keyFile());
  expect(await forget()).toMatch(/nothing was changed.*\n\ntokens that their owners set up again:\n {2}hotp +1\n/);
  await expect(readFile(keyFile())).rejects.toThrow('ENOENT');
  await writeFile(keyFile(), right, { mode: 0o600 });
  await (await createPorts(config, log)).ports.store.close();

  await rm(keyFile());
  const report = JSON.parse(await forget({ confirm: true, json: true })) as { tokens: object; keys: { kid: string }[] };
  expect(report).toMatchObject({ done: true, tokens: { hotp: 1 }, keys: [{ kid: lostKid }] });
  expect(await readFile(keyFile(), 'utf8')).not.toBe(right);
  const again = await createPorts(config, log);
  expect(again.ports.signer.publicKeys().map(({ kid }) => kid)).not.toContain(lostKid);
  const query = { limit: 10, state: 'secret-lost' } as const;
  expect(unwrap(await listTokens(again.ports, operatorContext(account), query)).items).toHaveLength(1);
  await again.ports.store.close();
  await expect(forget({ confirm: true })).rejects.toThrow('nothing is lost');
});

test('a store without secrets is left alone, and none is made', async () => {
  await expect(forget({ confirm: true })).rejects.toThrow('there is no store in');
  await (await openStore(config, log)).close();
  await expect(forget({ confirm: true })).rejects.toThrow('no secrets yet');
});

// The attack is an accident: seeds are given up under a service that still has the key.
test('while a process of the store runs, nothing is given up', async () => {
  const server = await startRedisServer({ product: 'redis' });
  const settings = { COUNTERSIGN_URL: 'http://localhost:8080', COUNTERSIGN_DATA: folder };
  config = loadConfig({ ...settings, COUNTERSIGN_STORE: server.url, COUNTERSIGN_STORE_PARTITIONS: '1' });
  const { ports, registration } = await createPorts(config, log);
  await rm(keyFile());
  const stopRenewing = keepRenewing(registration);
  await expect(forget({ confirm: true })).rejects.toThrow('stop them all first');
  await stopRenewing();
  await registration.leave();
  expect(await forget({ confirm: true })).toContain('discarded everything');
  await ports.store.close();
  await server.stop();
});
