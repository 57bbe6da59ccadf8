import type { SelfSignIn } from '@countersign/protocol/self-service';
import { presentClient } from '../../browsers/device-fingerprint/user-agent-families.ts';
import { listEvents } from '../../events/list-events.ts';
import type { AccountId, ResourceId, UserId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';

const SHOWN = 10;
/** How many events are searched for the last use of a token. */
const LOOKED_AT = 30;

interface OwnSignIns {
  signIns: SelfSignIn[];
  /** By token. */
  lastUsedAt: Map<string, number>;
}

/**
 * Lists the user's last sign-ins to this resource, including failed ones, as far as their events have been sealed,
 * which takes a moment. Attempts with the user's name and a wrong password are included, because the user should see
 * them.
 */
export async function listOwnSignIns(
  ports: Pick<Ports, 'store' | 'clock' | 'archive'>,
  { account, user, resource }: { account: AccountId; user: UserId; resource: ResourceId },
): Promise<OwnSignIns> {
  // The user reads only about themselves, so the service reads on their behalf.
  const filter = { subject: user, type: 'authentication', resource } as const;
  const page = await listEvents(ports, { kind: 'service', account }, filter, { limit: LOOKED_AT, isBestEffort: true });
  if (isRefusal(page)) return { signIns: [], lastUsedAt: new Map() };
  const events = page.items.map(({ event }) => event);
  const lastUsedAt = new Map<string, number>();
  // Newest first, so the first one found is kept.
  for (const { at, outcome, related = [] } of events) {
    if (outcome !== 'granted') continue;
    for (const id of related) if (!lastUsedAt.has(id)) lastUsedAt.set(id, at);
  }
  const signIns = events.slice(0, SHOWN).map(({ at, outcome, factors = [], address, userAgent }) => ({
    at,
    granted: outcome === 'granted',
    factors: [...factors],
    ...presentClient({ address, userAgent }),
  }));
  return { signIns, lastUsedAt };
}
