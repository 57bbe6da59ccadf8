import type { TrustedBrowserId, UserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { transact } from '../store/transact.ts';
import { trustedBrowsersDocument } from './documents.ts';
import {
  findTrusted,
  isTrusted,
  type TrustedBrowser,
  type TrustedBrowsers,
  type TrustFacts,
} from './trusted-browser.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/** Finds the trusted browser that shows these secrets. Call it after the password was right, with what is stored now. */
export async function findTrustedBrowser(
  ports: Needs,
  facts: TrustFacts,
  secrets: readonly string[],
): Promise<TrustedBrowser | undefined> {
  if (secrets.length === 0 || facts.resource.trustedBrowserDays === undefined) return undefined;
  const { list, now } = await readList(ports, facts.user.id);
  return findTrusted(list, secrets, facts, now);
}

/** Whether the browser of an earlier step is still trusted (SR-4). */
export async function isStillTrusted(ports: Needs, facts: TrustFacts, id: TrustedBrowserId): Promise<boolean> {
  const { list, now } = await readList(ports, facts.user.id);
  return list.some((browser) => browser.id === id && isTrusted(browser, facts, now));
}

async function readList({ store, clock }: Needs, user: UserId) {
  const now = clock.now();
  const [stored] = await store.getMany([trustedBrowsersDocument.key(user)], now);
  return { list: stored?.value.list ?? [], now };
}

/** Records a use, for the user's list of browsers. The event of the sign-in reports it. */
export async function recordTrustUse(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  user: UserId,
  id: TrustedBrowserId,
): Promise<void> {
  const key = trustedBrowsersDocument.key(user);
  await transact(ports, key.anchor, [key], ([stored], now) => {
    // Trust that has ended meanwhile stays ended.
    if (!stored?.value.list.some((browser) => browser.id === id)) return { answer: undefined };
    const list = stored.value.list.map((browser) => (browser.id === id ? { ...browser, usedAt: now } : browser));
    return { answer: undefined, write: { put: [putTrusted({ ...stored.value, list })] } };
  });
}

/** The document with its expiry. */
export function putTrusted(value: TrustedBrowsers) {
  const expiresAt = Math.max(...value.list.map((browser) => browser.expiresAt));
  return { key: trustedBrowsersDocument.key(value.user), value, expiresAt };
}
