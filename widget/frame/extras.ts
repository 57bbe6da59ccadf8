import type { FlowClient } from './flow-client.ts';
import type { TrustOffer } from './trust/index.tsx';

/**
 * Loads what only some resources use, and of that only what the browser can do. One that does not load is left out: the
 * sign-in works without.
 *
 * @returns draws the offer to trust the browser, if the resource makes one
 */
export async function loadExtras(client: FlowClient, resource: string): Promise<TrustOffer | undefined> {
  const names = document.documentElement.dataset.extras ?? '';
  if (names.includes('upgrade')) void loadUpgrade(client).catch(() => {});
  if (!names.includes('trust')) return undefined;
  return import('./trust/index.tsx').then((late) => late.trustBrowsers(client, resource)).catch(() => undefined);
}

async function loadUpgrade(client: FlowClient): Promise<void> {
  if (await canCreateUnasked()) (await import('./passkey/upgrade.ts')).upgradeToPasskey(client);
}

/** Whether the browser creates passkeys with conditional mediation. Not all browsers can say. */
async function canCreateUnasked(): Promise<boolean> {
  const { getClientCapabilities } = (window.PublicKeyCredential ?? {}) as Partial<typeof PublicKeyCredential>;
  const can = await getClientCapabilities?.call(window.PublicKeyCredential);
  return can?.conditionalCreate === true;
}
