import { type Explanation, explain } from '../authentication/explain.ts';
import type { UserId } from '../kernel/ids.ts';
import { mapConcurrent } from '../kernel/map-concurrent.ts';
import { maySeeResource } from '../kernel/policy.ts';
import type { Ports, ReadPorts } from '../kernel/ports/ports.ts';
import type { Store } from '../kernel/ports/store.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal } from '../kernel/result.ts';
import { yieldToEventLoop } from '../kernel/yield-to-event-loop.ts';
import { readOnce } from '../store/read-once.ts';
import { assignedTokens } from '../tokens/assignments.ts';
import { rulesOf } from '../tokens/kinds/rules.ts';
import type { Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';
import { readTokensOf } from './second-factor-state.ts';

/** Each resource of a user costs a decision of its own. */
const MAX_DECIDED = 20;
/** Users decided between two pauses: a page may need thousands of decisions, and no sign-in waits for them. */
const USERS_AT_ONCE = 4;

/**
 * The users who sign in with the password alone, because their tokens are all deactivated where none is required, and
 * since when; null: that is not recorded. As a sign-in decides it on the resources that the administrator sees (SR-67).
 * One read of all their tokens leaves out everyone else.
 */
export async function readPasswordAlone(
  ports: ReadPorts & Pick<Ports, 'secrets' | 'geo' | 'codes' | 'freePasswordFailures'>,
  act: RequestContext,
  users: readonly User[],
): Promise<Map<UserId, number | null>> {
  const seen = ({ assignments }: User) => assignments.filter(({ resource }) => maySeeResource(act.actor, resource));
  const tokens = await readTokensOf(ports, users, seen);
  const range: Store['range'] = (...wanted) => ports.store.range(...wanted);
  const once = { ...ports, store: { ...readOnce(ports.store), range } };
  const found = await mapConcurrent(users, USERS_AT_ONCE, async (user) => {
    const possible = seen(user).filter((assignment) => canSkipCode(assignedTokens(assignment, tokens, user.id)));
    if (possible.length === 0) return [];
    const decided = possible
      .slice(0, MAX_DECIDED)
      .map(({ resource }) => explain(once, act, { resource, subject: { user: user.id, method: 'widget' } }));
    const instants = (await Promise.all(decided)).flatMap((one) => (isRefusal(one) ? [] : aloneSince(one.explained)));
    await yieldToEventLoop();
    // What is not recorded was before the first that is.
    const [first] = instants.sort((a, b) => (a ?? 0) - (b ?? 0));
    return first === undefined ? [] : [[user.id, first] as const];
  });
  return new Map(found.flat());
}

/** Whether the decision can be that. Where a mailed code is the first factor, mailed codes are no second one. */
function canSkipCode(tokens: readonly Token[]): boolean {
  return tokens.some((token) => !token.enabled) && tokens.every((token) => !token.enabled || isNoFactor(token));
}

function isNoFactor(token: Token): boolean {
  const { isSubstitute, isMailbox } = rulesOf(token);
  return isSubstitute || isMailbox;
}

/** Filters by address and country are left out: they refuse some networks, and none is given. */
function aloneSince({ checks, factors }: Explanation): (number | null)[] {
  const isRefused = checks.some((one) => !one.passed && (one.check !== 'filter' || one.kind === 'time'));
  return !isRefused && factors?.otpSkipped ? [factors.skippedSince ?? null] : [];
}
