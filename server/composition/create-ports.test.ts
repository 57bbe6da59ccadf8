import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { createLogger } from '../http/log.ts';
import { authenticate } from '../testing/as-operator.ts';
import { capturedLog } from '../testing/captured-log.ts';
import { createFixture } from '../testing/fixtures.ts';
import type { TestPorts } from '../testing/test-ports.ts';
import { createPorts, logCountryData } from './create-ports.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-create-ports-'));
});
afterEach(() => rm(folder, { recursive: true }));

// The attack: on a new installation, wrong codes for a list of names. If what is read in place of an unknown user is
// absent, it takes less time than a user's records.
test('warns of country data older than half a year, and names its file', () => {
  const builtAt = Date.UTC(2026, 0, 1);
  const { log, lines } = capturedLog();
  logCountryData(log, { file: '/srv/country.mmdb', builtAt }, Date.UTC(2026, 5, 1));
  logCountryData(log, { file: '/srv/country.mmdb', builtAt }, Date.UTC(2026, 8, 1));
  const facts = { file: '/srv/country.mmdb', builtAt: '2026-01-01T00:00:00.000Z' };
  expect(lines()).toMatchObject([
    { level: 'info', ...facts },
    { level: 'warn', ...facts, msg: expect.stringContaining('COUNTERSIGN_GEO_DATABASE') },
  ]);
});

test('SR-70: a new installation has every record that is read in place of an unknown user', async () => {
  const config = loadConfig({ COUNTERSIGN_URL: 'http://localhost:8080', COUNTERSIGN_DATA: folder });
  const { ports } = await createPorts(config, createLogger({ level: 'silent' }));
  const { account, resource } = await createFixture(ports as TestPorts, { resource: { methodPolicy: 'otp' } });
  const reads = vi.spyOn(ports.store, 'getMany');
  for (const user of ['bob', 'carol', 'dave']) {
    await authenticate(ports, { account, resource: resource.id, method: 'otp', user, otp: '000000' });
  }
  const found = await Promise.all(reads.mock.settledResults.map(({ value }) => value));
  const decoys = reads.mock.calls.flatMap(([keys], at) =>
    keys.flatMap(({ anchor }, position) => (anchor.startsWith('burnt-attempt/') ? [found[at]?.[position]] : [])),
  );
  expect(decoys.length).toBeGreaterThan(6);
  expect(decoys).not.toContain(undefined);
  await ports.store.close();
});
