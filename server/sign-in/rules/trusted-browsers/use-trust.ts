import { idFromBytes, type TrustedBrowserId, type UserId } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { hashSecret } from '../../../kernel/secret-token.ts';
import { resourceDocument } from '../../../resources/documents.ts';
import type { Resource } from '../../../resources/resource.ts';
import { besideRequest } from '../../../store/request-ports.ts';
import { transact } from '../../../store/transact.ts';
import { loadAssignedTokens } from '../../../tokens/load-assigned-tokens.ts';
import type { User } from '../../../users/user.ts';
import { trustedBrowsersDocument } from './documents.ts';
import {
  findTrusted,
  isTrusted,
  shownBrowsers,
  type TrustedBrowser,
  type TrustedBrowsers,
  type TrustFacts,
} from './trusted-browser.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/**
 * Finds the trusted browser that shows these secrets. Call it after the password was right. Everything that the trust
 * rests on is read again, whatever the request has read before (SR-4).
 */
export async function findTrustedBrowser(
  request: Needs,
  known: { resource: Pick<Resource, 'id' | 'trustedBrowserDays'>; user: User },
  secrets: readonly string[],
): Promise<TrustedBrowser | undefined> {
  const { id, trustedBrowserDays } = known.resource;
  if (secrets.length === 0 || trustedBrowserDays === undefined) return undefined;
  const ports = besideRequest(request);
  const keys = [trustedBrowsersDocument.key(known.user.id), resourceDocument.key(id)] as const;
  const [stored, resource] = await ports.store.getMany(keys, ports.clock.now());
  if (!stored || !resource) return undefined;
  const { user, tokens } = await loadAssignedTokens(ports, known.user, id);
  if (!user) return undefined;
  const facts = { resource: resource.value, user, tokens: tokens.map(({ value }) => value) };
  return findTrusted(stored.value.list, secrets, facts, ports.clock.now());
}

/**
 * Finds it before the password is verified, which counts apart in a browser that the user trusts (SR-49). Only someone who
 * has a secret of the user causes more than one read (SR-17).
 */
export async function findShownBrowser(
  ports: Needs & Pick<Ports, 'random'>,
  resource: Pick<Resource, 'id' | 'trustedBrowserDays'>,
  user: User | undefined,
  secrets: readonly string[],
): Promise<TrustedBrowserId | undefined> {
  if (secrets.length === 0 || resource.trustedBrowserDays === undefined) return undefined;
  const hashes = secrets.map(hashSecret);
  const key = trustedBrowsersDocument.key(user?.id ?? idFromBytes('usr', ports.random.bytes(7)));
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  if (!user || !stored || shownBrowsers(stored.value.list, hashes).length === 0) return undefined;
  return (await findTrustedBrowser(ports, { resource, user }, secrets))?.id;
}

/** Whether the browser of an earlier step is still trusted (SR-4). */
export async function isStillTrusted(ports: Needs, facts: TrustFacts, id: TrustedBrowserId): Promise<boolean> {
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([trustedBrowsersDocument.key(facts.user.id)], now);
  const list = stored?.value.list ?? [];
  return list.some((browser) => browser.id === id && isTrusted(browser, facts, now));
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
