import { afterEach, expect, test, vi } from 'vitest';
import { loadExtras } from './extras.ts';
import type { FlowClient } from './flow-client.ts';
import { upgradeToPasskey } from './passkey/upgrade.ts';

const offer = () => null;
vi.mock('./passkey/upgrade.ts', () => ({ upgradeToPasskey: vi.fn() }));
vi.mock('./trust/index.tsx', () => ({ trustBrowsers: () => offer }));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

const client = {} as FlowClient;
type Capabilities = () => Promise<Record<string, boolean>>;

/** @param getClientCapabilities of the browser; undefined: it cannot say */
async function load(extras: string, getClientCapabilities?: Capabilities) {
  vi.stubGlobal('document', { documentElement: { dataset: { extras } } });
  vi.stubGlobal('window', getClientCapabilities ? { PublicKeyCredential: { getClientCapabilities } } : {});
  const trust = await loadExtras(client, 'res_1');
  // What is loaded beside the offer has arrived too.
  await vi.dynamicImportSettled();
  return trust;
}

const can: Capabilities = async () => ({ conditionalCreate: true });

test('loads what the document names', async () => {
  expect(await load('trust upgrade', can)).toBe(offer);
  expect(upgradeToPasskey).toHaveBeenCalledExactlyOnceWith(client);
  expect(await load('upgrade', can)).toBeUndefined();
  expect(upgradeToPasskey).toHaveBeenCalledTimes(2);
  expect(await load('trust', can)).toBe(offer);
  expect(upgradeToPasskey).toHaveBeenCalledTimes(2);
});

test.each<[string, Capabilities | undefined]>([
  ['does not say what it can', undefined],
  ['has no passkeys without asking', async () => ({ conditionalCreate: false })],
  ['fails to say', () => Promise.reject(new Error('not now'))],
])('loads nothing to create passkeys with in a browser that %s', async (_, capabilities) => {
  expect(await load('trust upgrade', capabilities)).toBe(offer);
  expect(upgradeToPasskey).not.toHaveBeenCalled();
});
