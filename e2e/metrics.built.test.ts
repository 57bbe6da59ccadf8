import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Account } from '../docs/testing/account.ts';
import { freePorts } from '../server/testing/free-ports.ts';
import { type RedisServer, startRedisServer } from '../server/testing/redis-server.ts';
import { createTlsFiles, type TlsFiles } from '../server/testing/tls-files.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { builtService } from './harness/built-service.ts';
import { type ReadyService, serviceProcess } from './harness/service-process.ts';

const entry = builtService();
const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

let folder: string;
let redis: RedisServer;
let tls: TlsFiles;
let service: ReadyService;
let url: string;
let metricsUrl: string;
/** What the receiver of the audit feed has. */
let fed = '';
const receiver = createServer((socket) => {
  socket.on('data', (chunk: Buffer) => {
    fed += chunk;
  });
});
/** What the receiver of traces has. */
let traced = '';
const traces = createHttpServer((request, response) => {
  request.on('data', (chunk: Buffer) => {
    traced += chunk;
  });
  request.on('end', () => response.end('{}'));
});
/** Name -> type and help, as Prometheus reads them. */
let series: Map<string, { type: string; help: string }>;
let scrape: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cs-metrics-'));
  const [port = 0, metricsPort = 0, tlsPort = 0] = await freePorts(3);
  url = `http://localhost:${port}`;
  metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
  receiver.listen(0, '127.0.0.1');
  traces.listen(0, '127.0.0.1');
  await Promise.all([once(receiver, 'listening'), once(traces, 'listening')]);
  // Without a limit of memory: the space left is that of the machine.
  redis = await startRedisServer({ product: 'redis' });
  const key = () => randomBytes(32).toString('base64');
  tls = await createTlsFiles();
  const env = {
    PATH: process.env.PATH,
    COUNTERSIGN_DATA: folder,
    // For the series of the certificate. The other listener has all routes, and on loopback no TLS.
    COUNTERSIGN_LISTEN: `127.0.0.1:${tlsPort}`,
    COUNTERSIGN_TLS_CERT_FILE: tls.cert,
    COUNTERSIGN_TLS_KEY_FILE: tls.key,
    COUNTERSIGN_ADMIN_LISTEN: `127.0.0.1:${port}`,
    COUNTERSIGN_METRICS_LISTEN: `127.0.0.1:${metricsPort}`,
    COUNTERSIGN_STORE: redis.url,
    COUNTERSIGN_MASTER_KEY: key(),
    COUNTERSIGN_OLD_MASTER_KEYS: key(),
    COUNTERSIGN_DRAIN_MS: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(traces.address() as AddressInfo).port}`,
    COUNTERSIGN_AUDIT_FEED: `syslog+tcp://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
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
});
afterAll(async () => {
  await service?.kill();
  receiver.close();
  traces.close();
  await redis?.stop();
  await tls?.remove();
  await rm(folder, { recursive: true, force: true });
});

// Written by `npm run docs:series`.
test('docs/operations/series.md lists exactly the series of a real scrape', async () => {
  const own = [...series].filter(([name]) => name.startsWith('countersign_'));
  const rows = own.map(([name, { type, help }]) => `| \`${name}\` | ${type} | ${help} |`);
  await expect(`${SERIES_HEAD}${rows.sort().join('\n')}\n`).toMatchFileSnapshot('../docs/operations/series.md');
});

const SERIES_HEAD = `# Series

What the [listener for Prometheus](monitoring.md) reports, with the help that it gives.

| Series | Type | Meaning |
|---|---|---|
`;

test('a syslog receiver gets the events of the sign-in', async () => {
  await waitUntil('the event is there', () => fed.includes('"type":"authentication"'));
  const [, length = '', rest = ''] = /^(\d+) (.*)$/s.exec(fed) ?? [];
  const [, text = ''] = / countersign \d+ audit - (\{.*\})$/.exec(rest.slice(0, Number(length))) ?? [];
  // The first event since the start.
  expect(JSON.parse(text)).toMatchObject({ schema: 1, account: expect.stringMatching(/^acc_/), outcome: 'done' });
});

test('promtool accepts the scrape', () => {
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: scrape, encoding: 'utf8' });
  expect([checked.status, checked.stderr]).toEqual([0, '']);
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

interface Dashboard {
  panels: { id: number; type: string; title: string; gridPos: Box; targets?: { expr: string; refId: string }[] }[];
}
interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** The queries of the dashboard and of the alerts, by where they are. */
async function queries(): Promise<Map<string, string>> {
  const { panels } = JSON.parse(await read('deploy/grafana/countersign.json')) as Dashboard;
  const found = new Map<string, string>();
  for (const { title, targets = [] } of panels)
    for (const { expr, refId } of targets) found.set(`${title} ${refId}`, expr);
  const alerts = await read('deploy/prometheus/countersign-alerts.yml');
  for (const part of alerts.split('- alert: ').slice(1)) {
    const [name = ''] = part.split('\n', 1);
    found.set(name, part.slice(part.indexOf('expr:') + 5, part.search(/\n +(?:for|labels):/)));
  }
  return found;
}

test('every series and label that the dashboard and the alerts ask for is in a real scrape', async () => {
  const known = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of scrape.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const of = known.get(name) ?? new Set(['job', 'instance']);
    known.set(name, of);
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) of.add(label);
  }
  // Series without a sample yet: the scrape has only their description.
  const described = new Set([...series.keys()].flatMap((name) => [name, `${name}_bucket`, `${name}_count`]));
  const asked = await queries();
  expect(asked.size).toBeGreaterThan(60);
  const unknown: string[] = [];
  for (const [where, query] of asked) {
    const used = [...query.matchAll(/\b((?:countersign|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)];
    if (used.length === 0 && !query.includes('up{')) unknown.push(`${where}: no series`);
    for (const [, name = '', matchers = ''] of used) {
      const labels = known.get(name);
      if (!labels && !described.has(name)) unknown.push(`${where}: ${name}`);
      for (const [, label = ''] of matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)) {
        if (labels && !labels.has(label)) unknown.push(`${where}: ${name}{${label}}`);
      }
    }
  }
  expect(unknown).toEqual([]);
});

test('promtool accepts every query of the dashboard', async () => {
  const { panels } = JSON.parse(await read('deploy/grafana/countersign.json')) as Dashboard;
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const rules = expressions.map((expr, at) => {
    const filled = expr
      .replaceAll('$__rate_interval', '5m')
      .replaceAll('$job', 'countersign')
      .replaceAll('$instance', '.*');
    return { record: `panel_${at}`, expr: filled };
  });
  const file = join(folder, 'dashboard.yml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
  const checked = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
  expect([checked.stdout.includes(`${rules.length} rules found`), checked.stderr]).toEqual([true, '']);
});

test('the panels of the dashboard have ids and places of their own', async () => {
  const { panels } = JSON.parse(await read('deploy/grafana/countersign.json')) as Dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const overlaps = panels.flatMap(({ title, gridPos: one }, at) =>
    panels
      .slice(at + 1)
      .filter(({ gridPos: other }) => {
        const isBeside = one.x + one.w <= other.x || other.x + other.w <= one.x;
        return !(isBeside || one.y + one.h <= other.y || other.y + other.h <= one.y);
      })
      .map((other) => `${title} and ${other.title}`),
  );
  expect(overlaps).toEqual([]);
  for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
});

test('the alerts pass their own tests, and each has one, a severity and a line in the runbook', async () => {
  const tested = spawnSync('promtool', ['test', 'rules', 'deploy/prometheus/countersign-alerts.test.yml'], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });
  expect([tested.status, tested.stdout]).toEqual([0, expect.stringContaining('SUCCESS')]);
  const scrapeConfig = spawnSync('promtool', ['check', 'config', 'deploy/prometheus/scrape.yml'], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });
  expect([scrapeConfig.status, scrapeConfig.stderr]).toEqual([0, '']);
  const rules = await read('deploy/prometheus/countersign-alerts.yml');
  const names = Array.from(
    rules.matchAll(/- alert: (\w+)[\s\S]*?severity: (\w+)/g),
    ([, name, severity]) => `${name} ${severity}`,
  ).sort();
  expect(names).toHaveLength(rules.split('- alert:').length - 1);
  const page = await read('docs/operations/alerts.md');
  const runbook = page.split('<!-- alerts -->')[1] ?? '';
  expect(
    Array.from(runbook.matchAll(/^\| `(\w+)` \| (\w+)/gm), ([, name, severity]) => `${name} ${severity}`).sort(),
  ).toEqual(names);
  const tests = await read('deploy/prometheus/countersign-alerts.test.yml');
  expect([...tests.matchAll(/- alertname: (\w+)/g)].map(([, name]) => name).sort()).toEqual(
    names.map((name) => name.split(' ')[0]),
  );
});

test('every log line that the documents name is in the code', async () => {
  const page = await read('docs/operations/alerts.md');
  const table = page.split('<!-- lines -->')[1]?.split('<!-- /lines -->')[0] ?? '';
  const lines = Array.from(table.matchAll(/^\| `([^`]+)` \| (?:warn|error)/gm), ([, text = '']) => text);
  expect(lines.length).toBeGreaterThan(8);
  const inCode = (text: string) =>
    spawnSync('grep', ['-rqF', '--include=*.ts', '--exclude=*.test.ts', text, 'server'], {
      cwd: new URL('..', import.meta.url),
    }).status === 0;
  expect(lines.filter((text) => !inCode(text))).toEqual([]);
});

// SR-59
test('the public listener has no metrics', async () => {
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
  expect((await fetch(metricsUrl.replace('/metrics', '/v1'))).status).toBe(404);
});

// Last, since spans wait some seconds for others.
test('a receiver of traces gets the spans of the sign-in', async () => {
  await waitUntil('the spans are there', () => traced.includes('"POST /widget/v1/flow/otp"'));
  for (const name of ['store commit', 'password hash']) expect(traced).toContain(`"${name}"`);
});
