import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../server/testing/free-ports.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { type Installation, install, Operator } from './harness/installation.ts';

/** Debian's faketime says where its library is. */
const library = () =>
  execFileSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim();
const clock = () => ({ LD_PRELOAD: library(), FAKETIME: '+800d', FAKETIME_DONT_FAKE_MONOTONIC: '1' });
const NOBODY = 'https://receiver.example.invalid';

let embedded: Installation;
let redis: Installation;
beforeAll(async () => {
  [embedded, redis] = await Promise.all([install('embedded'), install('redis')]);
  for (const one of [embedded, redis]) {
    await one.start();
    await new Operator(one).json(['setup', '--name', 'Acme']);
    await one.stop();
  }
});
afterEach(async () => {
  await embedded.stop();
  await redis.stop();
});
afterAll(async () => {
  await embedded?.remove();
  await redis?.remove();
});

/** Each optional part, as an operator configures it. */
const PARTS: Record<string, () => Promise<Record<string, string>> | Record<string, string>> = {
  'a feed to a file': () => ({ COUNTERSIGN_AUDIT_FEED: `file://${join(embedded.folder, 'feed.jsonl')}` }),
  'a feed to a receiver that is down': () => ({ COUNTERSIGN_AUDIT_FEED: 'syslog+tcp://127.0.0.1:9' }),
  'a feed to its output': () => ({ COUNTERSIGN_AUDIT_FEED: 'stdout:' }),
  'an archive in a folder': () => ({ COUNTERSIGN_AUDIT_ARCHIVE: join(embedded.folder, 'archive') }),
  'an archive in a bucket that is down': () => ({
    COUNTERSIGN_AUDIT_ARCHIVE: `${NOBODY}/events`,
    COUNTERSIGN_AUDIT_ARCHIVE_KEY_ID: 'key',
    COUNTERSIGN_AUDIT_ARCHIVE_SECRET: 'secret',
  }),
  traces: () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: NOBODY }),
  'country data of its own': () => ({
    COUNTERSIGN_GEO_DATABASE: join(
      dirname(createRequire(import.meta.url).resolve('@ip-location-db/geo-whois-asn-country-mmdb/package.json')),
      'geo-whois-asn-country.mmdb',
    ),
  }),
  'a list of breached passwords': async () => {
    const [list, file] = [join(embedded.folder, 'list.txt'), join(embedded.folder, 'breached.filter')];
    await writeFile(list, '7C4A8D09CA3762AF61E59520943DC26494F8941B:1\n');
    const built = await embedded.run(['breached-passwords', 'build', '--from', list, '--out', file]);
    expect(built).toMatchObject({ code: 0 });
    return { COUNTERSIGN_BREACHED_PASSWORDS_FILE: file };
  },
  'a service for breached passwords': () => ({ COUNTERSIGN_BREACHED_PASSWORDS_URL: `${NOBODY}/range/` }),
  'a mail server and metrics': async () => ({
    COUNTERSIGN_SMTP_URL: 'smtps://mail.example.invalid:465',
    COUNTERSIGN_MAIL_FROM: 'auth@shop.example',
    COUNTERSIGN_METRICS_LISTEN: `127.0.0.1:${(await freePorts(1))[0]}`,
  }),
  'an administration listener and proof of work': async () => ({
    COUNTERSIGN_ADMIN_LISTEN: `127.0.0.1:${(await freePorts(1))[0]}`,
    COUNTERSIGN_PROOF_OF_WORK: 'always',
  }),
};

// SR-63. The attack on availability: one wrong clock and one optional part are a restart loop, which no alert names.
test.each(Object.entries(PARTS))(
  'SR-63: a start with a wrong clock and %s is live, not ready, and says so',
  async (_name, configure) => {
    await expectDoubt(embedded, await configure());
  },
  120_000,
);

test('SR-63: a start of workers with a wrong clock is live, not ready, and says so', async () => {
  await expectDoubt(redis, {
    COUNTERSIGN_WORKERS: '2',
    COUNTERSIGN_AUDIT_FEED: `file://${join(redis.folder, 'feed.jsonl')}`,
  });
});

async function expectDoubt(installation: Installation, env: Record<string, string>): Promise<void> {
  await installation.start(undefined, { env: { ...env, ...clock() }, until: 'live' });
  const ready = await fetch(`${installation.url}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ code: 'CLOCK_IN_DOUBT' })]);
  const line = /"level":"error".*"reason":"(ahead|differs)"/;
  await waitUntil('the log says so', () => line.test(installation.log()));
}
