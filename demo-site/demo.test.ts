import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createClient } from '../clients/typescript/src/index.ts';
import { freePorts } from '../server/testing/free-ports.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { liveCode } from './launcher/live-code.ts';
import { type RunningDemo, runDemo } from './testing/run-demo.ts';

/** Runs the launcher as `npm start` does after the build: real processes with a data folder of their own. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SERVICE = join(ROOT, 'dist/server/start.cjs');

beforeAll(() => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build:stale'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build failed:\n${stdout}\n${stderr}`);
}, 120_000);

describe('npm start', () => {
  let data: string;
  let demo: RunningDemo;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'countersign-demo-'));
    // Port 0 takes a free one, as in a service.
    demo = await runDemo(data, { COUNTERSIGN_LISTEN: '127.0.0.1:0' });
  });
  afterAll(async () => {
    await demo?.stop();
    await rm(data, { recursive: true, force: true });
  });

  test('prints one screen: the addresses, and who signs in where', () => {
    const { labels, output } = demo;
    expect([...labels.keys()]).toEqual([
      'Countersign',
      'Documents',
      'Shop',
      'Shop Login',
      'Shop Password',
      'Shop Secret',
      'Shop Also',
      'Console',
      'Console Login',
      'Console Password',
      'Console Secret',
      'Mailbox',
      'Codes',
      'Stop',
    ]);
    const service = labels.get('Countersign') ?? '';
    expect(service).toMatch(/^http:\/\/localhost:\d+$/);
    expect(labels.get('Shop')).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(labels.get('Console')).toBe(`${service}/console`);
    expect(labels.get('Mailbox')).toBe(`${service}/demo/mailbox`);
    expect(labels.get('Documents')).toBe(`${service}/docs/`);
    // Nothing updates this screen, so a code on it would be stale.
    for (const who of ['Shop', 'Console'])
      expect(labels.get(`${who} Secret`)).toMatch(/^[A-Z2-7]{32} {3}for an authenticator app$/);
    const lines = output.trimEnd().split('\n');
    expect(lines.length).toBeLessThan(20);
    for (const line of lines) expect(line.length).toBeLessThan(80);
  });

  test('prints fresh codes in another terminal', () => {
    const { stdout, status } = spawnSync(process.execPath, ['dist/server/demo.js', '--codes'], {
      cwd: ROOT,
      env: { ...process.env, COUNTERSIGN_DATA: data },
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Shop\n {2}Login {7}maria\n.+\n {2}Code {8}\d{6} {3}[ \d]\d s left\n\nConsole\n/s);
    expect(stdout.match(/\d s left/g)).toHaveLength(2);
  });

  test('both addresses respond, and the service allows the shop’s origin', async () => {
    const { labels, account } = demo;
    const [service, shop] = [labels.get('Countersign'), labels.get('Shop')];
    const root = await (await fetch(`${service}/`)).text();
    for (const address of [shop, '/console', '/demo/mailbox']) expect(root).toContain(`href="${address}"`);
    const page = await (await fetch(`${shop}/sign-in`)).text();
    expect(page).toContain(`src="${service}/widget/v1/countersign.js"`);
    expect(page).toContain(`data-resource="${account.resource}"`);
    const frame = await fetch(
      `${service}/widget/v1/frame?resource=${account.resource}&origin=${encodeURIComponent(shop ?? '')}`,
    );
    expect(frame.headers.get('content-security-policy')).toContain(`frame-ancestors ${shop}`);
  });

  test('writes the log of the service to a file that only its owner can read', async () => {
    expect(demo.output).not.toContain('"level"');
    const file = join(data, 'countersign.log');
    expect(await readFile(file, 'utf8')).toContain('"msg":"the store is open"');
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  test('the printed logins, passwords and codes sign in, until they are changed; those stay for the next start', async () => {
    const { labels, account } = demo;
    const { password, ...userWithoutPassword } = account.user;
    const url = labels.get('Countersign') ?? '';
    const client = createClient({ url, apiKey: account.apiKey });
    const attempt = {
      method: 'password-otp',
      resource: account.resource,
      user: labels.get('Shop Login') ?? '',
      password: labels.get('Shop Password') ?? '',
      otp: liveCode(account.user.otpauthUri, Date.now()).code,
    } as const;
    expect(password).toBe(attempt.password);
    const { user, ...result } = await client.authenticate(attempt);
    expect(result).toMatchObject({ authenticated: true, otp: 'verified' });
    await expect(client.authenticate(attempt)).rejects.toMatchObject({ code: 'OTP_REPLAYED' });

    await client.users.update(user?.id ?? '', { password: 'another password of hers', login: 'maria.c' });
    await waitUntil('the screen tells it', () => demo.printed().includes('changed'));
    expect(demo.printed().split('changed')).toHaveLength(2);

    expect(await demo.stop()).toBe(0);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    await expect(fetch(`${labels.get('Shop')}/`)).rejects.toThrow();
    demo = await runDemo(data);
    expect(demo.account).toEqual({ ...account, user: { ...userWithoutPassword, login: 'maria.c' } });
    expect(demo.labels.get('Shop Password')).toBe('changed');
    expect(demo.labels.get('Console Password')).toBe(labels.get('Console Password'));
  });

  test('starts over with --fresh, but not while it runs', async () => {
    const fresh = () => runDemo(data, {}, undefined, ['--fresh']);
    await expect(fresh()).rejects.toThrow(/The demo ended \(1\): .*in use by process/s);
    expect(await demo.stop()).toBe(0);
    const { user } = demo.account;
    demo = await fresh();
    expect(demo.account.user.login).toBe('maria');
    expect(demo.account.user.otpauthUri).not.toBe(user.otpauthUri);
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
    await expect(fetch(`${labels.get('Countersign')}/health/live`)).rejects.toThrow();
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
  expect(again.account).toEqual(demo.account);
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

describe('npm start exits with one message', () => {
  test('when the port of the service or of the shop is taken, which says what changes it', async () => {
    const [port = 0] = await freePorts(1);
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen({ host: '127.0.0.1', port }, resolve));
    onTestFinished(() => void holder.close());
    await expect(runDemo(await folder(), { COUNTERSIGN_LISTEN: `127.0.0.1:${port}` })).rejects.toThrow(
      new RegExp(`^The demo ended \\(1\\): .*another program uses port ${port} of 127.0.0.1.*COUNTERSIGN_LISTEN`),
    );
    await expect(runDemo(await folder(), { SHOP_PORT: String(port) })).rejects.toThrow(
      `The demo ended (1): Another program uses port ${port}. Stop it, or choose another port for the shop in SHOP_PORT.\n`,
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
