import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../server/testing/free-ports.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { type Installation, install, Operator } from './harness/installation.ts';

/** The library of Debian's faketime, which says where it is. */
const library = () =>
  execFileSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim();

interface ClockAnswer {
  isTrusted: boolean;
  reason?: string;
}

async function readinessOf(url: string): Promise<{ status: number; code: string | undefined }> {
  const answer = await fetch(`${url}/health/ready`);
  return { status: answer.status, code: ((await answer.json()) as { code?: string }).code };
}

// SR-63, with the real process: its wall clock is moved, and nothing else.
describe.each(['embedded', 'redis'] as const)('SR-63: a process with a wrong clock, on %s', (store) => {
  let installation: Installation;
  let operator: Operator;
  let key: string;
  let events: string[];
  beforeAll(async () => {
    installation = await install(store);
    operator = new Operator(installation);
    await installation.start();
    const { apiKey } = await operator.json<{ apiKey: { text: string } }>(['setup', '--name', 'Acme']);
    key = apiKey.text;
    await waitUntil('its events are sealed', async () => (await listEvents()).length > 1);
    events = await listEvents();
    await installation.stop();
  });
  afterEach(() => installation.stop());
  afterAll(async () => {
    await installation?.remove();
  });

  async function listEvents(): Promise<string[]> {
    const items = await operator.json<{ id: string }[]>(['event', 'list']);
    return items.map(({ id }) => id);
  }
  const readiness = () => readinessOf(installation.url);
  const file = () => join(installation.folder, 'clock');
  /** At once, because the process may read it at any moment. */
  async function setClock(offset: string): Promise<void> {
    await writeFile(`${file()}.next`, offset);
    await rename(`${file()}.next`, file());
  }
  async function startAt(offset: string): Promise<void> {
    await setClock(offset);
    const env = {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: file(),
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    await installation.start(undefined, { env, until: 'live' });
  }

  test('800 days ahead it drops nothing, is not ready, and says why', async () => {
    await startAt('+800d');
    expect(await readiness()).toEqual({ status: 503, code: 'CLOCK_IN_DOUBT' });
    const reason = store === 'redis' ? 'differs' : 'ahead';
    const line = new RegExp(`"level":"error".*"reason":"${reason}"`);
    await waitUntil('the log says so', async () => line.test(installation.log()));
    const answer = await fetch(`${installation.url}/v1/users`, { headers: { authorization: `Bearer ${key}` } });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'CLOCK_IN_DOUBT']);
    const { code, out } = await operator.run(['--json', 'clock', 'status']);
    expect([code, JSON.parse(out)]).toEqual([4, expect.objectContaining({ isTrusted: false, reason })]);
    await installation.stop();
    await installation.start();
    expect(await listEvents()).toEqual(events);
  });

  test('set ahead while it runs, it is not ready at once, and again when the clock is right', async () => {
    await startAt('+0');
    expect(await readiness()).toEqual({ status: 200, code: undefined });
    await setClock('+800d');
    expect(await readiness()).toEqual({ status: 503, code: 'CLOCK_IN_DOUBT' });
    await setClock('+0');
    await waitUntil('it is ready again', async () => (await readiness()).status === 200);
    expect(await listEvents()).toEqual(events);
  });

  test('an operator vouches for the clock, unless the store’s differs', async () => {
    await startAt('+800d');
    const accepted = await operator.run(['--json', 'clock', 'accept']);
    if (store === 'redis') {
      expect(accepted).toMatchObject({ code: 1, err: expect.stringContaining('CLOCK_IN_DOUBT') });
      expect((await readiness()).status).toBe(503);
      return;
    }
    expect(JSON.parse(accepted.out) as ClockAnswer).toMatchObject({ isTrusted: true });
    expect((await readiness()).status).toBe(200);
    await installation.stop();
    // The clock was wrong after all.
    await installation.start(undefined, { until: 'live' });
    expect(await readiness()).toEqual({ status: 503, code: 'CLOCK_IN_DOUBT' });
    expect(await operator.json<ClockAnswer>(['clock', 'accept'])).toMatchObject({ isTrusted: true });
    expect((await readiness()).status).toBe(200);
  });
});

// SR-63. The attack: one of two processes gets a wrong clock, and takes the other one with it.
test('of two processes on one Redis only the one with the wrong clock is in doubt', async () => {
  const installation = await install('redis');
  const [port = 0] = await freePorts(1);
  const wrong = `http://localhost:${port}`;
  const clock = { LD_PRELOAD: library(), FAKETIME: '+800d', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  await installation.start();
  const other = installation.begin(['serve'], { ...clock, COUNTERSIGN_LISTEN: `127.0.0.1:${port}` });
  try {
    await waitUntil('the other process answers', async () => {
      if (other.exitCode !== null) throw new Error(`it ended with ${other.exitCode}`);
      return (await fetch(`${wrong}/health/live`).catch(() => undefined))?.ok === true;
    });
    expect(await readinessOf(wrong)).toEqual({ status: 503, code: 'CLOCK_IN_DOUBT' });
    expect(await readinessOf(installation.url)).toEqual({ status: 200, code: undefined });
    const operator = new Operator(installation);
    expect(await operator.json<ClockAnswer>(['clock', 'status'])).toMatchObject({ isTrusted: true });
    await operator.json(['setup', '--name', 'Acme']);
    expect(await readinessOf(installation.url)).toEqual({ status: 200, code: undefined });
  } finally {
    const ended = once(other, 'exit');
    other.kill('SIGTERM');
    await ended;
    await installation.remove();
  }
});
