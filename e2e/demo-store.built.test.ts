import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Installation, install } from './harness/installation.ts';

const DEMO_STORE = /this store was filled by the demo.*COUNTERSIGN_DATA/;
const SERVICE_STORE = /this store was not filled by the demo.*COUNTERSIGN_DATA/;

// SR-42. The attack: the store of a demo becomes a production store, and the demo's published password and API key open
// it.
describe.each(['embedded', 'redis'] as const)('SR-42: on %s', (store) => {
  let installation: Installation;
  const data = (name: string) => join(installation.folder, 'data', name);
  const isThere = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    );
  const demoKey = async () => (JSON.parse(await readFile(data('demo.json'), 'utf8')) as { apiKey: string }).apiKey;
  const resourcesWith = async (key: string) =>
    (await fetch(`${installation.url}/v1/resources`, { headers: { authorization: `Bearer ${key}` } })).status;

  beforeEach(async () => {
    installation = await install(store);
  });
  afterEach(() => installation.remove());

  test('no service and no command starts on the store of a demo', async () => {
    await installation.start('--demo');
    const key = await demoKey();
    expect(await resourcesWith(key)).toBe(200);
    await installation.stop();

    await expect(installation.start()).rejects.toThrow(DEMO_STORE);
    expect((await installation.run(['restore', 'any.backup'])).err).toMatch(DEMO_STORE);
    // The file that names the demo's account is deleted; the mark in the store remains.
    await rm(data('demo.json'));
    await expect(installation.start()).rejects.toThrow(DEMO_STORE);
    for (const command of [
      ['setup', '--name', 'Example Ltd'],
      ['account', 'list'],
    ]) {
      const { code, err } = await installation.run(command);
      expect(err).toMatch(DEMO_STORE);
      expect(code).not.toBe(0);
    }
  });

  test('the demo starts again on its own store, killed or stopped', async () => {
    await installation.start('--demo');
    const key = await demoKey();
    await installation.kill();
    await installation.start('--demo');
    expect(await demoKey()).toBe(key);
    expect(await resourcesWith(key)).toBe(200);
  });

  test('the backup of a demo cannot be restored', async () => {
    await installation.start('--demo');
    const backup = join(installation.folder, 'demo.backup');
    expect(await installation.run(['backup', backup])).toMatchObject({ code: 0 });
    const env = {
      COUNTERSIGN_DATA: join(installation.folder, 'elsewhere'),
      COUNTERSIGN_STORE: 'embedded',
      COUNTERSIGN_MASTER_KEY_FILE: data('master.key'),
    };
    const { code, err } = await installation.run(['restore', backup], { env });
    expect(err).toMatch(/the backup of a demo/);
    expect(code).not.toBe(0);
  });

  test('the demo does not start on the store of a service, with an account or without', async () => {
    await installation.start();
    await installation.stop();
    await expect(installation.start('--demo')).rejects.toThrow(SERVICE_STORE);
    expect(await isThere(data('demo.json'))).toBe(false);

    await installation.run(['setup', '--name', 'Example Ltd']);
    await expect(installation.start('--demo')).rejects.toThrow(SERVICE_STORE);
    const { out } = await installation.run(['--json', 'account', 'list']);
    expect(out).toContain('Example Ltd');
    expect(out).not.toContain('Demo');
  });
});
