import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { isRetained, type RememberedEnvironment } from '../../browsers/device-fingerprint/known-browsers.ts';
import { environmentsDocument } from '../../browsers/documents.ts';
import { hasEvents, type ListedEvent } from '../../events/list-events.ts';
import { isPersonalDataOf, openRecord } from '../../events/log/personal-part.ts';
import { newestFirst } from '../../events/newest-first.ts';
import type { AccountId, TokenId, UserId } from '../../kernel/ids.ts';
import { mayAdminister } from '../../kernel/policy.ts';
import type { ArchiveReadPorts } from '../../kernel/ports/ports.ts';
import type { IndexEntry } from '../../kernel/ports/store.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { passwordAttemptsDocument } from '../../passwords/documents.ts';
import { trustedBrowsersDocument } from '../../sign-in/rules/trusted-browsers/documents.ts';
import type { TrustedBrowser } from '../../sign-in/rules/trusted-browsers/trusted-browser.ts';
import { tokenDocument, tokenIndexes } from '../../tokens/documents.ts';
import type { Token } from '../../tokens/token.ts';
import { lastSignInsDocument, userDocument } from '../../users/documents.ts';
import type { SignInDays } from '../../users/last-sign-ins.ts';
import type { User } from '../../users/user.ts';

/** Everything that is stored about one user. */
export interface UserData {
  readAt: number;
  /** Undefined: deleted. */
  user: User | undefined;
  tokens: Token[];
  browsers: RememberedEnvironment[];
  /** Also those whose trust has ended and that are still stored. */
  trustedBrowsers: TrustedBrowser[];
  wrongPasswords: { failures: number; lastFailureAt: number; knownNetworks: number };
  lastSignIns: SignInDays;
  /** Newest first. */
  events: AsyncGenerator<ListedEvent>;
}

const PAGE = 200;

/**
 * Reads everything about a user, who may be deleted.
 *
 * @throws ArchiveUnavailable also while the events are read
 */
export async function readUserData(
  ports: ArchiveReadPorts,
  { actor }: RequestContext,
  id: UserId,
): Promise<Result<UserData>> {
  if (!mayAdminister(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const readAt = ports.clock.now();
  const keys = [
    userDocument.key(id),
    environmentsDocument.key(id),
    passwordAttemptsDocument.key(id),
    trustedBrowsersDocument.key(id),
    lastSignInsDocument.key(id),
  ] as const;
  const [stored, environments, attempts, trusted, last] = await ports.store.getMany(keys, readAt);
  const user = stored?.value.account === account ? stored.value : undefined;
  // What a deleted user of another account has left is not shown.
  const isKnown = user || (!stored && (await hasEvents(ports, account, id, Number.POSITIVE_INFINITY)));
  if (!isKnown) return refusal('USER_NOT_FOUND');
  const { failures = 0, lastFailureAt = 0, places = [] } = attempts?.value ?? {};
  return {
    readAt,
    user,
    tokens: await tokensOf(ports, account, id),
    browsers: (environments?.value.list ?? []).filter((one) => isRetained(one, readAt)),
    trustedBrowsers: trusted?.value.list ?? [],
    wrongPasswords: { failures, lastFailureAt, knownNetworks: places.length },
    lastSignIns: last?.value.days ?? {},
    events: eventsOf(ports, account, id),
  };
}

async function tokensOf({ store, clock }: ArchiveReadPorts, account: AccountId, id: UserId): Promise<Token[]> {
  const tokens: Token[] = [];
  for (let after: IndexEntry | undefined; ; ) {
    const index = tokenIndexes.ofOwner(account, id);
    const entries = await store.range(index, { limit: PAGE, ...omitUndefined({ after }) });
    const keys = entries.map((entry) => tokenDocument.key(entry.id as TokenId));
    for (const stored of await store.getMany(keys, clock.now())) {
      if (stored?.value.owner === id) tokens.push(stored.value);
    }
    after = entries.at(-1);
    if (entries.length < PAGE) return tokens;
  }
}

/** Of events in which another person was at the client, without that person's address (GDPR Article 15(4)). */
async function* eventsOf(ports: ArchiveReadPorts, account: AccountId, id: UserId): AsyncGenerator<ListedEvent> {
  for await (const found of newestFirst(ports, account, { terms: [id], after: undefined, from: undefined })) {
    if (!('event' in found)) continue;
    const { address, userAgent, ...event } = openRecord(found);
    const own = isPersonalDataOf(event, id) ? omitUndefined({ address, userAgent }) : {};
    yield { id: found.id, segment: found.segment, event: { ...event, ...own } };
  }
}
