import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Account } from '../docs/testing/account.ts';
import { freePorts } from '../server/testing/free-ports.ts';
import { builtService } from './harness/built-service.ts';
import { type ServiceProcess, serviceProcess } from './harness/service-process.ts';

const entry = builtService();
const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

let folder: string;
let service: ServiceProcess;
let url: string;
let metricsUrl: string;
/** Name -> type and help, as Prometheus reads them. */
let series: Map<string, { type: string; help: string }>;
let scrape: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cs-metrics-'));
  const [port = 0, metricsPort = 0] = await freePorts(2);
  url = `http://localhost:${port}`;
  metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
  const key = () => randomBytes(32).toString('base64');
  const env = {
    PATH: process.env.PATH,
    COUNTERSIGN_DATA: folder,
    COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
    COUNTERSIGN_METRICS_LISTEN: `127.0.0.1:${metricsPort}`,
    COUNTERSIGN_MASTER_KEY: key(),
    COUNTERSIGN_OLD_MASTER_KEYS: key(),
    COUNTERSIGN_DRAIN_MS: '0',
  };
  const made = spawnSync(process.execPath, [entry, 'setup', '--name', 'Example Ltd'], { env, encoding: 'utf8' });
  const apiKey = /csk_\w+/.exec(made.stdout)?.[0] ?? '';
  service = serviceProcess(entry, url, env);
  await service.start();
  const account = new Account(url, apiKey);
  const resource = await account.resource({ allowedOrigins: ['https://shop.example'] });
  const begin = { resource, nonce: 'nonce-0123456789abcdef', origin: 'https://shop.example' };
  await account.signIn(begin, await account.person(resource));
  const answer = await fetch(metricsUrl);
  expect(answer.status).toBe(200);
  scrape = await answer.text();
  const helps = new Map(
    Array.from(scrape.matchAll(/^# HELP (\S+) (.*)$/gm), ([, name = '', help = '']) => [name, help]),
  );
  series = new Map(
    Array.from(scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name = '', type = '']) => [
      name,
      { type, help: helps.get(name) ?? '' },
    ]),
  );
}, 60_000);
afterAll(async () => {
  await service?.kill();
  await rm(folder, { recursive: true, force: true });
});

test('docs/operations/monitoring.md lists exactly the series of a real scrape', async () => {
  const page = await read('docs/operations/monitoring.md');
  const table = page.split('<!-- series -->')[1]?.split('<!-- /series -->')[0] ?? '';
  const listed = Array.from(table.matchAll(/^\| `(\w+)` \| (\w+) +\| (.*?) *\|$/gm), ([, ...row]) => row);
  const own = [...series].filter(([name]) => name.startsWith('countersign_'));
  expect(listed.sort()).toEqual(own.map(([name, { type, help }]) => [name, type, help]).sort());
});

test('promtool accepts the scrape', () => {
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: scrape, encoding: 'utf8' });
  // What it has against the names of the library's own series is left to the library.
  const ours = checked.stderr.split('\n').filter((line) => line.startsWith('countersign_'));
  expect(ours).toEqual([]);
  expect(checked.stderr).not.toContain('error while linting');
});

test('a sign-in in the widget is counted from its start to its result', () => {
  const value = (line: string) =>
    Number(
      scrape
        .split('\n')
        .find((one) => one.startsWith(`${line} `))
        ?.split(' ')
        .at(-1),
    );
  expect(value('countersign_flows_started_total')).toBe(1);
  expect(value('countersign_flow_steps_total{step="done"}')).toBe(1);
  expect(value('countersign_results_issued_total')).toBe(1);
  const granted = 'way="widget",method="password-otp",outcome="granted",reason=""';
  expect(value(`countersign_authentications_total{${granted}}`)).toBe(1);
  expect(value('countersign_password_hash_duration_seconds_count')).toBeGreaterThanOrEqual(2);
  expect(value('countersign_ready')).toBe(1);
});

// SR-59
test('the public listener has no metrics', async () => {
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
  expect((await fetch(metricsUrl.replace('/metrics', '/v1'))).status).toBe(404);
});
