import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import about from '../../package.json' with { type: 'json' };
import { loadConfig } from '../config/load-config.ts';
import { createLogger } from '../http/log.ts';
import { processesDocument } from '../operations/processes/documents.ts';
import type { ProcessRegistry } from '../operations/processes/process-registry.ts';
import { SHAPE_VERSION } from '../store/store-version.ts';
import { authenticate } from '../testing/as-operator.ts';
import { capturedLog } from '../testing/captured-log.ts';
import { createFixture } from '../testing/fixtures.ts';
import type { TestPorts } from '../testing/test-ports.ts';
import { describeFailure, exitCodeOf } from './command-failure.ts';
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

// The attack is an accident: an older version is started on a newer store, and writes over what it does not know.
test('a store that a newer version uses is refused with the name of that version', async () => {
  const config = loadConfig({ COUNTERSIGN_URL: 'http://localhost:8080', COUNTERSIGN_DATA: folder });
  const log = createLogger({ level: 'silent' });
  const first = await createPorts(config, log);
  const key = processesDocument.key();
  const value: ProcessRegistry = { processes: {}, required: { shape: SHAPE_VERSION + 1, version: '9.0.0' } };
  const change = { anchor: key.anchor, operation: 'newer', now: 0, expect: [] };
  await first.ports.store.commit({ ...change, put: [{ key, value }] });
  await first.ports.store.close();
  const error = await createPorts(config, log).catch((failure: unknown) => failure);
  expect(describeFailure('serve', error)).toBe(
    `countersign could not start: this store is used by version 9.0.0, and version ${about.version} cannot read its format: start that version, or restore a backup of this one`,
  );
  expect(exitCodeOf(error)).toBe(78);
});
