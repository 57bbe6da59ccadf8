import { callDependency } from '../kernel/dependency.ts';
import type { TokenId } from '../kernel/ids.ts';
import { runExclusive } from '../kernel/keyed-queue.ts';
import { isOwnUser, mayHelpToken } from '../kernel/policy.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { reindex } from '../store/index-entries.ts';
import { readObject } from '../store/records/read-object.ts';
import { type Decision, transact } from '../store/transact.ts';
import { readUser } from '../users/find-user.ts';
import { challengeDocument, tokenDocument } from './documents.ts';
import { factorQueueKey } from './factor-check.ts';
import { actionsOf } from './kinds/actions.ts';
import { countFailedResync, stateOnceEnabled, stateRefusal } from './lockout.ts';
import { RESYNC_SCOPES } from './request-resync.ts';
import type { Token } from './token.ts';

/**
 * A resynchronisation belongs to no resource whose limit would apply, so it has the default limit of resources. It has
 * its own count: a guess here has to be right twice, so it uses none of a sign-in's.
 */
export const RESYNC_THRESHOLD = 5;

/**
 * Finds the counter or clock of a token again by two consecutive codes (SR-43, SR-44); for a device that answers
 * questions, by its answers to its two questions, which are used up with it. A wrong pair counts as one failure. A
 * right pair moves the counter and nothing else: it proves no assignment, so it resets no wrong codes (SR-14). A
 * deactivated token may be resynchronised before it is given out; a locked or expired one may not, deactivated or not,
 * because its codes are not evaluated anywhere.
 *
 * @param otps each exactly `^[0-9]{6,10}$`, in the order in which the device showed them
 */
export async function resyncToken(
  ports: SecretPorts,
  act: RequestContext,
  id: TokenId,
  otps: readonly [string, string],
): Promise<Result<{ object: Token }>> {
  const key = tokenDocument.key(id);
  const asked = [challengeDocument.key(id, RESYNC_SCOPES[0]), challengeDocument.key(id, RESYNC_SCOPES[1])] as const;
  const { account } = act.actor;
  const found = await readObject(ports, account, key, 'TOKEN_NOT_FOUND');
  if (isRefusal(found)) return found;
  const owner = found.object.owner === undefined ? undefined : await readUser(ports, account, found.object.owner);
  // One instant for the whole attempt: a lost race must not move the codes.
  const now = ports.clock.now();

  return runExclusive(ports.store, factorQueueKey(found.object.owner ?? id), () =>
    transact(ports, key.anchor, [key, ...asked], ([stored, one, two]): Decision<Result<{ object: Token }>> => {
      const token = stored?.value;
      if (token?.account !== account) return { answer: refusal('TOKEN_NOT_FOUND') };
      if (token.owner !== found.object.owner) return { answer: refusal('CONTENTION') };
      const mayChange = mayHelpToken(act.actor, token, owner) || isOwnUser(act.actor, token.owner);
      if (!mayChange) return { answer: refusal('FORBIDDEN') };
      const { resync } = actionsOf(token);
      if (!resync) return { answer: refusal('TOKEN_KIND_UNFIT') };
      const state = stateOnceEnabled(token, now);
      if (state === 'locked' || state === 'expired' || state === 'secret-lost') {
        return { answer: refusal(stateRefusal(state, token)) };
      }

      const place = callDependency('finding the place of a token', () =>
        resync(ports, token, [one?.value, two?.value], otps, now),
      );
      if (place.kind === 'refused') return { answer: refusal(place.code) };
      if (place.kind === 'not-found') {
        const counted = countFailedResync(token, { threshold: RESYNC_THRESHOLD, now });
        const reason = counted.lock ? 'TOKEN_LOCKED' : 'OTP_WRONG';
        const event = createEvent(act, { type: 'token.refused', subject: id, outcome: 'refused', reason }, now);
        const index = reindex(key, token, counted);
        return { answer: refusal(reason), write: { put: [{ key, value: counted }], index, append: [event] } };
      }
      const event = createEvent(act, { type: 'token.resynchronised', subject: id }, now);
      const write = { put: [{ key, value: place.next }], delete: [...asked], append: [event] };
      return { answer: { object: place.next }, write };
    }),
  );
}
