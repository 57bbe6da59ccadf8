import type { Account } from '../accounts/account.ts';
import type { Usage } from '../accounts/usage.ts';
import { type Administrator, NO_RECOVERY_CODES } from '../administrators/administrator.ts';
import type { AuditChain, Segment } from '../events/log/segment.ts';
import { placeOf } from '../events/seal-events.ts';
import type { DocumentKey } from '../store/store.ts';
import { withReplayFloor } from '../tokens/kinds/oath/replay-floor.ts';
import { restoredSpentSeed } from '../tokens/spent-seed.ts';
import type { Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';

/** What the rules may go by. */
export interface RestoreContext {
  /** When the restore began. */
  now: number;
  /**
   * Per anchor, how far a numbered series on it goes, by the document that counts it. A backup of a running service may hold
   * later ones, of which that document does not know.
   */
  heads: Map<string, number>;
}

/** The document to write, or undefined to leave it out. */
type Rule = (value: never, context: RestoreContext, key: DocumentKey) => unknown;

const keep: Rule = (value) => value;
/** What was used up, redeemed or ended since would come back with it: without it, everything of it is refused. */
const drop: Rule = () => undefined;

function withoutPassword({ passwordHash: _, ...rest }: Administrator): Administrator {
  return rest;
}

/**
 * What becomes of each kind of document when a backup is restored, by the first part of the document's name. A kind that is
 * not here cannot be restored: whether it may come back is to be thought about once (SR-62).
 */
const RULES: Record<string, Rule> = {
  account: (account: Account, { heads }, { anchor }) => {
    heads.set(anchor, account.balance?.entries ?? 0);
    return account;
  },
  'api-key': keep,
  'api-key-use': keep,
  'first-login': keep,
  // Which of the recovery codes were used since is not known; new ones are made with both factors. A token that was set up
  // after the backup is unknown: a password alone must set up no other (SR-69).
  administrator: (administrator: Administrator): Administrator => ({
    ...(administrator.token === undefined ? withoutPassword(administrator) : administrator),
    recovery: NO_RECOVERY_CODES,
  }),
  'administrator-email': keep,
  'administrator-link': drop,
  'administrator-reset': drop,
  'email-change': drop,
  enrolment: drop,
  'administrator-flow': drop,
  session: drop,
  'setup-link': drop,
  resource: keep,
  logo: keep,
  filter: keep,
  // A token that was set up after the backup is unknown: a password alone must set up no other (SR-69).
  user: (user: User): User => ({ ...user, hadToken: true }),
  environments: keep,
  claim: keep,
  'credential-claim': keep,
  'password-attempts': keep,
  'burnt-attempt': drop,
  token: (token: Token, { now }) => withReplayFloor(token, now),
  'spent-seed': restoredSpentSeed,
  'code-checks': keep,
  challenge: drop,
  flow: drop,
  // Handles of the time before begin nothing.
  'flow-begun': drop,
  'login-request': drop,
  result: drop,
  authentication: drop,
  idempotency: keep,
  'made-with': keep,
  // One that was retired since, perhaps because it was stolen, must neither sign nor verify: the first start makes another.
  'signing-keys': drop,
  'mac-key': keep,
  usage: (usage: Usage, { now }): Usage => ({ ...usage, held: {}, recountAt: now }),
  ledger: upToHead((entry: { number: number }) => entry.number),
  'ledger-reference': upToHead(({ entry }: { entry: number }) => entry),
  consumer: keep,
  chain: (chain: AuditChain, { heads }, { anchor }) => {
    heads.set(anchor, chain.number);
    return chain;
  },
  segment: (segment: Segment, { heads }, { anchor, name }) =>
    Number(name.split('/')[1]) <= (heads.get(anchor) ?? 0) ? segment : undefined,
  // Counters may be some seconds ahead of what says how far they went: those sign-ins are counted twice.
  statistics: keep,
  day: keep,
  webhooks: keep,
  cursor: keep,
  // Messages that waited are not sent after a restore: most of them were, by the service that went on.
  queue: drop,
  delivery: drop,
  'password-reset': drop,
  'enrolment-link': drop,
  'enrolment-tries': keep,
  'unlock-link': drop,
  resealing: drop,
  restoration: drop,
  // The restore sets it.
  'store-purpose': drop,
};

/** Documents that count a series on their anchor: they come first in a backup, so that the series is never short. */
export const HEADS: ReadonlySet<string> = new Set(['account', 'chain', 'statistics']);

export function ruleFor({ name }: DocumentKey): Rule | undefined {
  const [kind = ''] = name.split('/');
  return Object.hasOwn(RULES, kind) ? RULES[kind] : undefined;
}

/** Whether an index entry belongs to something that is restored. */
export function keepsEntry(index: string, id: string, { heads }: RestoreContext): boolean {
  const [kind, account = ''] = index.split('/');
  // Made anew from the accounts.
  if (index === 'plans/due') return false;
  if (kind === 'webhook-deliveries') return false;
  if (kind === 'events') return (placeOf({ id })?.segment ?? 0) <= (heads.get(`audit/${account}`) ?? 0);
  return kind !== 'ledger' || Number(id) <= (heads.get(account) ?? 0);
}

function upToHead<T>(numberOf: (value: T) => number): Rule {
  return (value: T, { heads }, { anchor }) => (numberOf(value) <= (heads.get(anchor) ?? 0) ? value : undefined);
}
