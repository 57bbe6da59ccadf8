import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../server/testing/free-ports.ts';
import { type RedisServer, startRedisServer } from '../server/testing/redis-server.ts';
import { runProgram } from '../server/testing/tls-clients.ts';
import { createTlsFiles, type TlsFiles } from '../server/testing/tls-files.ts';
import { builtPath, builtService } from './harness/built-service.ts';
import { ServiceProcess } from './harness/service-process.ts';

let redis: RedisServer;
let files: TlsFiles;
let folder: string;
beforeAll(async () => {
  redis = await startRedisServer({ product: 'redis' });
  files = await createTlsFiles();
});
afterAll(async () => {
  await redis.stop();
  await files.remove();
});

const running: ServiceProcess[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.end('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** The pair in use, as certbot writes it. */
async function install(cert: string, key: string): Promise<Record<string, string>> {
  const [certFile, keyFile] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')];
  await copyFile(cert, certFile);
  await copyFile(key, keyFile);
  await chmod(keyFile, 0o600);
  return { COUNTERSIGN_TLS_CERT_FILE: certFile, COUNTERSIGN_TLS_KEY_FILE: keyFile };
}

async function start(processes: number, settings: Record<string, string>): Promise<ServiceProcess> {
  folder = await mkdtemp(join(tmpdir(), 'cs-tls-'));
  const service = new ServiceProcess(builtService(), {
    PATH: process.env.PATH,
    COUNTERSIGN_DATA: join(folder, 'data'),
    COUNTERSIGN_DRAIN_MS: '300',
    ...(await install(files.cert, files.key)),
    ...settings,
  });
  running.push(service);
  service.launch();
  const served = () => service.out.split('"msg":"serving"').length - 1;
  await service.until('it serves', () => served() === processes);
  return service;
}

/** Status and version of HTTP, over a name of the certificate. */
async function curl(port: number, path: string, ...options: string[]): Promise<string> {
  const name = ['--resolve', `auth.example:${port}:127.0.0.1`, '--cacert', files.ca];
  const show = ['--silent', '--output', '/dev/null', '--write-out', '%{http_code} %{http_version}'];
  return (await runProgram('curl', [...show, ...name, ...options, `https://auth.example:${port}${path}`])).output;
}

/** The name in the certificate that a new connection gets. */
function shownName(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

test('the service serves HTTPS over HTTP/1.1 and HTTP/2 alone, and the administration beyond loopback too', async () => {
  const [port = 0, adminPort = 0, metricsPort = 0] = await freePorts(3);
  const service = await start(1, {
    COUNTERSIGN_URL: 'https://auth.example',
    COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
    // The resolver knows this spelling, and the configuration takes it for the name of another machine.
    COUNTERSIGN_ADMIN_LISTEN: `127.1:${adminPort}`,
    COUNTERSIGN_METRICS_LISTEN: `127.0.0.1:${metricsPort}`,
  });
  expect(await curl(port, '/health/ready', '--http1.1')).toBe('200 1.1');
  expect(await curl(port, '/health/ready', '--http2')).toBe('200 2');
  expect(await curl(port, '/console', '--http2')).toBe('404 2');
  expect(await curl(adminPort, '/console', '--http2')).toBe('200 2');
  await expect(fetch(`http://127.0.0.1:${port}/health/ready`)).rejects.toThrow();
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const expiry = Number(/^countersign_tls_certificate_expiry_timestamp_seconds (\S+)$/m.exec(metrics)?.[1]);
  expect(Math.abs(expiry - (Date.now() / 1000 + 2 * 86_400))).toBeLessThan(3_600);
  expect(metrics).toMatch(/^countersign_tls_renewal_refused 0$/m);
  const doctor = await runProgram(process.execPath, [
    builtPath('cli/countersign.js'),
    '--data',
    join(folder, 'data'),
    'doctor',
  ]);
  expect(doctor.output).toMatch(/^certificate of the listener expires at .*, days left: 1$/m);
  expect(await service.end('SIGTERM')).toEqual([0, null]);
});

test('the administration on loopback stays plain HTTP, for a tunnel or a proxy', async () => {
  const [port = 0, adminPort = 0] = await freePorts(2);
  await start(1, {
    COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
    COUNTERSIGN_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
  });
  expect(await curl(port, '/health/ready')).toBe('200 2');
  expect((await fetch(`http://127.0.0.1:${adminPort}/console`)).status).toBe(200);
});

test('each worker takes a renewed certificate, and keeps the one before while the files do not fit', async () => {
  const [port = 0] = await freePorts(1);
  const service = await start(2, {
    COUNTERSIGN_URL: 'https://auth.example',
    COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
    COUNTERSIGN_STORE: redis.url,
    COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64'),
    COUNTERSIGN_WORKERS: '2',
  });
  expect(await curl(port, '/health/ready', '--http2')).toBe('200 2');
  await copyFile(files.clientCert, join(folder, 'fullchain.pem'));
  const refusals = () => service.out.split('the new certificate cannot be used').length - 1;
  await service.until('both refuse a certificate without its key', () => refusals() === 2);
  expect(await shownName(port)).toBe('server');
  await copyFile(files.clientKey, join(folder, 'privkey.pem'));
  const renewals = () => service.out.split('serving a new certificate').length - 1;
  await service.until('both serve the new one', () => renewals() === 2);
  const names = await Promise.all(Array.from({ length: 4 }, () => shownName(port)));
  expect(new Set(names)).toEqual(new Set(['client']));
  expect(await service.end('SIGTERM')).toEqual([0, null]);
});
