import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { freePorts } from '../../server/testing/free-ports.ts';
import type { KeptContent } from '../../server/testing/kept-stores/fill-store.ts';
import { hotpCode } from '../harness/authenticator.ts';
import type { Outcome } from './drill.ts';
import { DrillProcess } from './process.ts';

const KEPT = new URL('../../server/testing/kept-stores/', import.meta.url);

/** Starts this version on the embedded store that an earlier one has left. */
export async function drillUpgrade(form: string): Promise<Outcome> {
  const kept = JSON.parse(await readFile(new URL(`${form}.json`, KEPT), 'utf8')) as KeptContent & { masterKey: string };
  const folder = await mkdtemp(join(tmpdir(), 'cs-drill-upgrade-'));
  await mkdir(join(folder, 'store'));
  await writeFile(join(folder, 'store', 'data.mdb'), gunzipSync(await readFile(new URL(`${form}.gz`, KEPT))));
  await writeFile(join(folder, 'master.key'), kept.masterKey, { mode: 0o600 });
  const [port = 0, adminPort = 0] = await freePorts(2);
  const one = new DrillProcess(port, adminPort, { COUNTERSIGN_DATA: folder });
  try {
    await one.start('live');
    // As the operator does after a long stop.
    await one.run(['clock', 'accept']);
    const own = <T>(...args: string[]) => one.json<T>(['--account', kept.account, ...args]);
    const users = await own<object[]>('user', 'list');
    const { text: key } = await own<{ text: string }>('key', 'create', '--name', 'Drill', '--scopes', 'authenticate');
    const otp = hotpCode(Buffer.from(kept.seed, 'hex'), kept.counter);
    const signIn = async () => {
      const { resource, password } = kept;
      const answer = await fetch(`http://127.0.0.1:${port}/v1/authentications`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ method: 'password-otp', resource, user: kept.logins[0], password, otp }),
      });
      return answer.status === 200;
    };
    const granted = await signIn();
    const file = join(folder, 'events.jsonl');
    const keys = join(folder, 'keys.json');
    await one.run(['--account', kept.account, 'event', 'export', '--output', file]);
    await writeFile(keys, await (await fetch(`http://127.0.0.1:${port}/.well-known/jwks.json`)).text());
    await one.run(['audit', 'verify', file, '--keys', keys]);
    const events = (await readFile(file, 'utf8')).split('\n').filter((line) => line.includes('"event"')).length;
    return {
      name: `Started on the store of an earlier version (${form})`,
      mayFail: false,
      acknowledged: kept.logins.length + kept.events,
      failures: new Map(granted ? [] : [['refused', 1]]),
      longestGapMs: 0,
      lostUsers: kept.logins.length - users.length,
      lostEvents: Math.max(0, kept.events - events),
      replayed: (await signIn()) ? 1 : 0,
    };
  } finally {
    await one.end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  }
}
