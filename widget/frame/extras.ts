import type { FlowView } from '@countersign/protocol/flow';
import type { ComponentChildren } from 'preact';
import type { Texts } from '../i18n/texts.ts';
import type { FlowClient } from './flow-client.ts';

/** Draws what a few resources show below the field of a step. */
export type Extra = (view: FlowView, texts: Texts) => ComponentChildren;

/**
 * Loads what only some resources use, and of that only what the browser can do. One that does not load is left out: the
 * sign-in works without.
 *
 * @returns draws the offer to trust the browser, or where a code was mailed. No resource has both
 */
export async function loadExtras(client: FlowClient, resource: string): Promise<Extra | undefined> {
  const names = document.documentElement.dataset.extras ?? '';
  if (names.includes('upgrade')) void loadUpgrade(client).catch(() => {});
  if (names.includes('mailed'))
    return import('./mailed-hint.tsx').then((late) => late.drawMailedHint).catch(() => undefined);
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
