import { decideFactors } from '../authentication/decide-factors.ts';
import { acceptedKindsFrom, factorStates } from '../authentication/second-factor.ts';
import { maySeeResource } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal } from '../kernel/result.ts';
import { listObjects } from '../records/list-objects.ts';
import { resourceDocument } from '../resources/documents.ts';
import { isEnrolmentRequired } from '../resources/enrolment-policy.ts';
import { tokenDocument, tokenIndexes } from '../tokens/documents.ts';
import { loadAssignedTokens } from '../tokens/load-assigned-tokens.ts';
import { userDocument } from '../users/documents.ts';
import type { User } from '../users/user.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/**
 * How many users sign in with the password alone, because all their tokens are deactivated where none is required.
 *
 * @param limit how many of the newest deactivated tokens are looked at
 */
export async function countPasswordAlone(ports: Needs, act: RequestContext, limit: number): Promise<number> {
  const { account } = act.actor;
  const index = tokenIndexes.deactivated(account);
  // Most accounts have none: read nothing more for them.
  if ((await ports.store.range(index, { limit: 1 })).length === 0) return 0;
  const page = await listObjects(ports, { index, account, key: tokenDocument.key, limit });
  if (isRefusal(page)) return 0;
  const owners = [...new Set(page.items.flatMap(({ owner }) => owner ?? []))];
  const users = await ports.store.getMany(owners.map(userDocument.key), ports.clock.now());
  const alone = await Promise.all(users.map((user) => user && isPasswordAlone(ports, act, user.value)));
  return alone.filter(Boolean).length;
}

async function isPasswordAlone(ports: Needs, act: RequestContext, user: User): Promise<boolean> {
  const now = ports.clock.now();
  const seen = user.assignments.filter(({ resource }) => maySeeResource(act.actor, resource));
  const resources = await ports.store.getMany(
    seen.map(({ resource }) => resourceDocument.key(resource)),
    now,
  );
  for (const stored of resources) {
    const resource = stored?.value;
    if (!resource || !['auto', 'password-otp'].includes(resource.methodPolicy)) continue;
    if (isEnrolmentRequired(resource.enrolment, now)) continue;
    const { tokens } = await loadAssignedTokens(ports, user, resource.id);
    const states = factorStates(
      tokens.map(({ value }) => value),
      acceptedKindsFrom(user, resource),
      now,
    );
    const factors = decideFactors('password-otp', states);
    if (factors.kind === 'factors' && factors.otpSkipped) return true;
  }
  return false;
}
