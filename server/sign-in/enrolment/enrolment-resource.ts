import type { TokenState } from '@countersign/protocol/tokens';
import type { Actor } from '../../kernel/actor.ts';
import type { ResourceId } from '../../kernel/ids.ts';
import { mayHelpOn } from '../../kernel/policy.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { resourceDocument } from '../../resources/documents.ts';
import type { Resource } from '../../resources/resource.ts';
import { assignedTokens } from '../../tokens/assignments.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { rulesOf } from '../../tokens/kinds/rules.ts';
import { tokenState } from '../../tokens/lockout.ts';
import type { User } from '../../users/user.ts';

/** A resource of a user that has an enrolment policy, with the states of the user's tokens there. */
interface EnrolmentPlace {
  resource: Resource;
  states: readonly TokenState[];
}

/**
 * Where a user sets up a token if the caller names no resource: first where a lost master key made a token useless, then
 * where there is none that works, in the order of the assignments.
 */
export function chooseEnrolmentResource(places: readonly EnrolmentPlace[]): Result<{ resource: Resource }> {
  if (places.length === 0) return refusal('ENROLMENT_OFF');
  const lacking = places.filter(({ states }) => !states.includes('active'));
  const chosen = lacking.find(({ states }) => states.includes('secret-lost')) ?? lacking[0];
  return chosen ? { resource: chosen.resource } : refusal('ENROLMENT_NOT_NEEDED');
}

/** The same for this user, among the resources on which the actor may act or help, or at that one. */
export async function findEnrolmentResource(
  ports: Pick<Ports, 'store' | 'clock'>,
  actor: Actor,
  user: User,
  only?: ResourceId,
): Promise<Result<{ resource: Resource }>> {
  const places = await readEnrolmentPlaces(ports, actor, user, only);
  return isRefusal(places) ? places : chooseEnrolmentResource(places.places);
}

/** The resources where the user could set up a token, whatever the states of the others, or why there are none. */
export async function readEnrolmentPlaces(
  ports: Pick<Ports, 'store' | 'clock'>,
  actor: Actor,
  user: User,
  only?: ResourceId,
): Promise<Result<{ places: EnrolmentPlace[] }>> {
  const now = ports.clock.now();
  const assignments = user.assignments.filter(({ resource }) => only === undefined || resource === only);
  if (assignments.length === 0) return refusal('ASSIGNMENT_NOT_FOUND');
  const ids = assignments.flatMap(({ tokens }) => tokens.map(({ token }) => token));
  const [resources, stored] = await Promise.all([
    ports.store.getMany(
      assignments.map(({ resource }) => resourceDocument.key(resource)),
      now,
    ),
    ports.store.getMany(ids.map(tokenDocument.key), now),
  ]);
  const tokens = new Map(stored.flatMap((token) => (token ? [[token.value.id, token.value] as const] : [])));
  const places = assignments.flatMap((assignment, at): EnrolmentPlace[] => {
    const resource = resources[at]?.value;
    if (resource?.account !== user.account || !resource.enabled || !resource.enrolment) return [];
    if (!mayHelpOn(actor, resource.id)) return [];
    const usual = assignedTokens(assignment, tokens, user.id).filter((token) => !rulesOf(token).isSubstitute);
    return [{ resource, states: usual.map((token) => tokenState(token, now)) }];
  });
  return { places };
}
