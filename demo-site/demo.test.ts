import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createClient } from '../clients/typescript/src/index.ts';
import { freePorts } from '../server/testing/free-ports.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { whereNext } from './launcher/show-demo.ts';
import { runDemo } from './testing/run-demo.ts';

/** Runs the launcher as `npm start` does after the build: real processes with a data folder of their own. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SERVICE = join(ROOT, 'dist/server/start.cjs');

beforeAll(() => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build:stale'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build failed:\n${stdout}\n${stderr}`);
}, 120_000);

describe('npm start', () => {
  test('prints what you need to try a login, on labelled lines', async () => {
    const { labels, output, stop } = await runDemo(await folder(), { npm_package_name: 'countersign' });
    onTestFinished(async () => void (await stop()));
    expect([...labels.keys()]).toEqual([
      'Service',
      'Shop',
      'Resource',
      'API key',
      'Login',
      'Password',
      'Token',
      'Newcomer',
      'Mailbox',
      'Started',
      'Code',
    ]);
    expect(labels.get('Service')).toMatch(/^http:\/\/localhost:\d+$/);
    expect(labels.get('Shop')).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(labels.get('Resource')).toMatch(/^res_\w+$/);
    expect(labels.get('Token')).toMatch(/^otpauth:\/\/totp\/.*secret=[A-Z2-7]+/);
    expect(labels.get('Code')).toMatch(/^\d{6} {2,3}\d+ s left \(a fresh one: npm run demo:code\)$/);
    expect(output.split('\n').filter((line) => /^[█▀▄ ]{40,}$/.test(line)).length).toBeGreaterThan(20);
  });

  test('names no script of the repository where it runs from an installed package', () => {
    expect(whereNext({ npm_package_name: 'my-shop' })).not.toContain('npm run');
    expect(whereNext({})).not.toContain('npm run');
  });

  test('both addresses respond, and the service allows the shop’s origin', async () => {
    const { labels, stop } = await runDemo(await folder());
    onTestFinished(async () => void (await stop()));
    const [service, shop] = [labels.get('Service'), labels.get('Shop')];
    expect((await fetch(`${service}/health/ready`)).status).toBe(200);
    const page = await (await fetch(`${shop}/sign-in`)).text();
    expect(page).toContain(`src="${service}/widget/v1/countersign.js"`);
    expect(page).toContain(`data-resource="${labels.get('Resource')}"`);
    const frame = await fetch(
      `${service}/widget/v1/frame?resource=${labels.get('Resource')}&origin=${encodeURIComponent(shop ?? '')}`,
    );
    expect(frame.headers.get('content-security-policy')).toContain(`frame-ancestors ${shop}`);
  });

  test('login, password and code work once', async () => {
    const { labels, stop } = await runDemo(await folder());
    onTestFinished(async () => void (await stop()));
    const client = createClient({ url: labels.get('Service') ?? '', apiKey: labels.get('API key') ?? '' });
    const attempt = {
      method: 'password-otp',
      resource: labels.get('Resource') ?? '',
      user: labels.get('Login') ?? '',
      password: labels.get('Password') ?? '',
      otp: labels.get('Code')?.slice(0, 6) ?? '',
    } as const;
    expect(await client.authenticate(attempt)).toMatchObject({ authenticated: true, otp: 'verified' });
    await expect(client.authenticate(attempt)).rejects.toMatchObject({ code: 'OTP_REPLAYED' });
  });

  test('stops in order on request, and has the same login the next time', async () => {
    const data = await folder();
    const first = await runDemo(data);
    expect(await first.stop()).toBe(0);
    await expect(fetch(`${first.labels.get('Service')}/health/live`)).rejects.toThrow();
    await expect(fetch(`${first.labels.get('Shop')}/`)).rejects.toThrow();

    const second = await runDemo(data);
    expect(await second.stop()).toBe(0);
    for (const label of ['Resource', 'API key', 'Login', 'Password', 'Token', 'Newcomer']) {
      expect(second.labels.get(label)).toBe(first.labels.get(label));
    }
  });

  // Ctrl-C in a terminal reaches the whole group, and `npx` and the command each pass it on.
  test('leaves no service behind if it is asked to stop more than once', async () => {
    const { labels, pid, ended } = await runDemo(await folder());
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const service = Number(children.trim());
    process.kill(service, 'SIGSTOP');
    process.kill(pid, 'SIGINT');
    await waitUntil('the shop is closed', () =>
      fetch(`${labels.get('Shop')}/`).then(
        () => false,
        () => true,
      ),
    );
    process.kill(pid, 'SIGINT');
    process.kill(service, 'SIGCONT');
    expect((await ended).code).toBe(0);
    await expect(fetch(`${labels.get('Service')}/health/live`)).rejects.toThrow();
  });

  test('writes the log of the service to a file that only its owner can read', async () => {
    const data = await folder();
    const { output, stop } = await runDemo(data);
    expect(await stop()).toBe(0);
    expect(output).not.toContain('"level"');
    const file = join(data, 'countersign.log');
    expect(await readFile(file, 'utf8')).toContain('"msg":"serving"');
    expect((await stat(file)).mode & 0o077).toBe(0);
  });
});

// SR-42. The attack: the demo's API key and password, which its screen and its folder show in the clear, are tried on
// a real service started in the same place.
test('SR-42: the demo has its own folder, and a real service beside it has none of its accounts', async () => {
  const place = await folder();
  const demo = await runDemo(undefined, {}, place);
  expect(await demo.stop()).toBe(0);
  expect(await readdir(place)).toEqual(['demo-data']);

  const setup = spawnSync(process.execPath, [SERVICE, 'setup'], { cwd: place, encoding: 'utf8' });
  expect(setup.stderr).toBe('');
  expect(setup.stdout).toContain('/setup#');

  const again = await runDemo(undefined, {}, place);
  expect(await again.stop()).toBe(0);
  expect(again.labels.get('API key')).toBe(demo.labels.get('API key'));
});

test('SR-42: the service uses the same folder for its demo', async () => {
  const place = await folder();
  const [port = 0] = await freePorts(1);
  const env = { ...process.env, COUNTERSIGN_LISTEN: `127.0.0.1:${port}`, COUNTERSIGN_DRAIN_MS: '0' };
  const service = spawn(process.execPath, [SERVICE, 'serve', '--demo'], { cwd: place, env, stdio: 'ignore' });
  const ended = once(service, 'exit');
  await waitUntil('the demo serves', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    return response?.ok === true;
  });
  service.kill('SIGTERM');
  await ended;
  expect(await readdir(place)).toEqual(['demo-data']);
});

describe('npm start exits with the message of the service', () => {
  test('when the service cannot start', async () => {
    const [port = 0] = await freePorts(1);
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen({ host: '127.0.0.1', port }, resolve));
    onTestFinished(() => void holder.close());
    await expect(runDemo(await folder(), { COUNTERSIGN_LISTEN: `127.0.0.1:${port}` })).rejects.toThrow(
      /The demo ended \(1\): .*EADDRINUSE/s,
    );
  });

  test('when it would listen where others can reach the printed password', async () => {
    const [port = 0] = await freePorts(1);
    const env = { COUNTERSIGN_LISTEN: `0.0.0.0:${port}`, COUNTERSIGN_URL: 'https://login.example' };
    await expect(runDemo(await folder(), env)).rejects.toThrow(/The demo ended \(1\): .*loopback only/s);
  });

  test('when it dies later', async () => {
    const data = await folder();
    const { ended, labels } = await runDemo(data);
    const { pid } = JSON.parse(await readFile(join(data, 'store', 'server.lock'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toContain('The service stopped: ');
    await expect(fetch(`${labels.get('Shop')}/`)).rejects.toThrow();
  });
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'countersign-demo-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
