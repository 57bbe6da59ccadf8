import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { base32 } from '@scure/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findInDump } from '../server/testing/find-in-dump.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { hotpCode } from './harness/authenticator.ts';
import { type Installation, install, Operator, STORES } from './harness/installation.ts';

const TOKENS = 2500;
const PASSWORD = 'correct horse battery';

interface MasterKeys {
  state: string;
  sealing: string;
  configured: { current: string; old: string[] };
  secrets: { current: number; old: Record<string, number>; unknown: Record<string, number> };
  walk: { resealed: number; finishedAt?: number; keyId: string } | null;
}

// SR-22
describe.each(STORES)('the master key is stolen and must be changed, on %s', (store) => {
  let installation: Installation;
  let operator: Operator;
  const seeds = Array.from({ length: TOKENS }, () => randomBytes(20));
  let account: { key: string; resource: string };
  const keyFile = () => join(installation.folder, 'data', 'master.key');
  const status = async () => {
    const { out, err } = await operator.run(['--json', 'rotate', 'master-key', 'status']);
    if (out === '') throw new Error(err);
    return JSON.parse(out) as MasterKeys;
  };
  let counter = 0;
  /** Signs a user in with a token whose seed is in the store. */
  async function signIn(): Promise<number> {
    const [seed = Buffer.alloc(0)] = seeds;
    const otp = hotpCode(seed, counter++);
    const answer = await fetch(`${installation.url}/v1/authentications`, {
      method: 'POST',
      headers: { authorization: `Bearer ${account.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        method: 'password-otp',
        resource: account.resource,
        user: 'alice',
        password: PASSWORD,
        otp,
      }),
    });
    return answer.status;
  }
  /** The seeds that are anywhere in a stolen store, in any encoding. */
  async function plaintextIn(name: string): Promise<string[]> {
    const file = join(installation.folder, name);
    expect((await operator.run(['backup', file])).code).toBe(0);
    const dumps = [await readFile(file)];
    if (store === 'embedded') {
      const folder = join(installation.folder, 'data', 'store');
      for (const one of await readdir(folder)) dumps.push(await readFile(join(folder, one)));
    }
    const spellings = seeds
      .slice(0, 200)
      .flatMap((seed) => [seed, ...[seed.toString('hex'), base32.encode(seed), seed.toString('base64url')]]);
    const wanted = spellings.map((spelling) => Buffer.from(spelling));
    return dumps.flatMap((dump) => findInDump(dump, wanted)).map(String);
  }

  beforeAll(async () => {
    installation = await install(store);
    operator = new Operator(installation);
    await installation.start();
    const made = await operator.json<{ apiKey: { text: string } }>(['setup', '--name', 'Acme']);
    const { id: resource } = await operator.json<{ id: string }>(['resource', 'create', '--name', 'Shop']);
    account = { key: made.apiKey.text, resource };
    const { id: user } = await operator.json<{ id: string }>(
      ['user', 'create', '--login', 'alice', '--password-stdin'],
      PASSWORD,
    );
    const file = join(installation.folder, 'tokens.jsonl');
    const rows = seeds.map((seed, at) => ({
      name: `fob-${at}`,
      kind: 'hotp',
      secret: base32.encode(seed).replaceAll('=', ''),
      ...(at === 0 && { owner: user }),
    }));
    await writeFile(file, rows.map((row) => JSON.stringify(row)).join('\n'));
    expect((await operator.run(['import', 'tokens', file])).code).toBe(0);
    const { out: token } = await operator.run(['--ids', 'token', 'list', '--owner', user]);
    await operator.json(['assign', '--resource', resource, '--user', user, '--token', token.trim()]);
  });
  afterAll(() => installation?.remove());

  test('during sign-ins and a kill: every secret is re-encrypted, and then the old key opens nothing', async () => {
    expect(await signIn()).toBe(200);
    const before = (await readFile(keyFile(), 'utf8')).trim();
    const settled = await status();
    expect(settled).toMatchObject({ state: 'settled' });
    expect(settled.secrets).toEqual({ current: expect.any(Number), old: {}, unknown: {} });
    expect((await operator.run(['rotate', 'master-key', 'finish'])).code).toBe(0);
    expect((await readFile(keyFile(), 'utf8')).trim()).toBe(before);

    const started = await operator.json<MasterKeys>(['rotate', 'master-key', 'begin']);
    expect(started.state).toBe('restart-needed');
    const [fresh, old, ...none] = (await readFile(keyFile(), 'utf8')).trim().split('\n');
    expect([old, none]).toEqual([before, []]);
    expect(fresh).not.toBe(before);
    expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
    // Repeated, it starts once; and the old key stays while secrets are under it.
    await operator.json(['rotate', 'master-key', 'begin']);
    expect((await operator.run(['rotate', 'master-key', 'finish'])).code).toBe(4);
    expect((await readFile(keyFile(), 'utf8')).trim()).toBe(`${fresh}\n${before}`);
    expect(await signIn()).toBe(200);

    await installation.stop();
    await installation.start();
    let half: MasterKeys | undefined;
    await waitUntil('some are sealed anew, and not all', async () => {
      half = await status();
      return (half.walk?.resealed ?? 0) > 0;
    });
    await installation.kill();
    expect(half?.walk?.finishedAt, 'the walk was over before it could be killed').toBeUndefined();
    expect(half?.state).toBe('resealing');
    await installation.start();
    expect(await signIn()).toBe(200);
    expect(await plaintextIn('half.backup')).toEqual([]);
    await waitUntil('no secret is under the old key', () => installation.log().includes('no secret is left'));
    const ready = await status();
    expect(ready.state).toBe('ready');
    expect(ready.secrets).toEqual({ current: expect.any(Number), old: {}, unknown: {} });
    expect(ready.secrets.current).toBeGreaterThan(TOKENS);
    expect(await signIn()).toBe(200);

    expect((await operator.run(['rotate', 'master-key', 'finish'])).code).toBe(0);
    expect((await readFile(keyFile(), 'utf8')).trim()).toBe(fresh);
    await installation.stop();
    await installation.start();
    expect(await status()).toMatchObject({ state: 'settled', configured: { old: [] } });
    expect(await signIn()).toBe(200);
    expect(await plaintextIn('after.backup')).toEqual([]);

    // The thief has the old key and the current store: the key opens nothing.
    await installation.stop();
    await writeFile(keyFile(), `${before}\n`, { mode: 0o600 });
    const ended = await operator.run(['account', 'list']);
    expect(ended).toMatchObject({ code: 3, err: expect.stringContaining('another master key') });
  });
});

// SR-22. The key is stolen, and its file is mounted: the service cannot change it, as with systemd's credentials.
test('a mounted master key is changed at its source, with the old one beside it', async () => {
  const installation = await install('embedded');
  const operator = new Operator(installation);
  const state = async () => {
    const { out } = await operator.run(['--json', 'rotate', 'master-key', 'status']);
    return (JSON.parse(out) as MasterKeys).state;
  };
  try {
    // No draft beside it can be made, because its name would be too long: also for root, who may write to a read-only file.
    const mounted = join(installation.folder, 'k'.repeat(250));
    const [before, after] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    await writeFile(mounted, before, { mode: 0o600 });
    const env = { COUNTERSIGN_MASTER_KEY_FILE: mounted };
    await installation.start(undefined, { env });
    await operator.json(['setup', '--name', 'Acme']);
    const refused = await operator.run(['rotate', 'master-key', 'begin']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('nothing was changed') });
    expect(refused.err).toContain('COUNTERSIGN_OLD_MASTER_KEYS_FILE');
    expect(await state()).toBe('settled');

    const old = join(installation.folder, 'old-master.key');
    await writeFile(old, `${before}\n`, { mode: 0o600 });
    await writeFile(mounted, after);
    expect(await state()).toBe('restart-needed');
    await installation.stop();
    await installation.start(undefined, { env: { ...env, COUNTERSIGN_OLD_MASTER_KEYS_FILE: old } });
    await waitUntil('no secret is under the old key', () => installation.log().includes('no secret is left'), 60_000);
    expect(await state()).toBe('ready');
    const finish = await operator.run(['rotate', 'master-key', 'finish']);
    expect(finish).toMatchObject({ code: 1, err: expect.stringContaining('COUNTERSIGN_OLD_MASTER_KEYS') });
    await installation.stop();
    await installation.start(undefined, { env });
    expect(await state()).toBe('settled');
  } finally {
    await installation.remove();
  }
});
