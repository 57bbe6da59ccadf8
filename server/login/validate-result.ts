import { accountDocument } from '../accounts/documents.ts';
import type { ResultRecord } from '../flows/flow.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { resourceDocument } from '../resources/documents.ts';
import { loadAssignedTokens } from '../tokens/load-assigned-tokens.ts';
import { locateUser } from '../users/find-user.ts';
import { isResultValid } from './result-validity.ts';

/**
 * Whether the plan, the resource and the person behind a result still stand, and the person's password is still the one
 * that they had. Asked before it is used up, right after that, and before it is shown again (SR-4, SR-39).
 */
export async function validateResult(
  ports: Pick<Ports, 'store' | 'clock'>,
  record: ResultRecord,
): Promise<Refusal | undefined> {
  const now = ports.clock.now();
  const [[resource, account], person] = await Promise.all([
    ports.store.getMany([resourceDocument.key(record.resource), accountDocument.key(record.account)], now),
    record.test ? undefined : locateUser(ports, record.account, record.user),
  ]);
  if (account?.value.plan.active !== true) return refusal('PLAN_INACTIVE');
  if (resource?.value.enabled !== true) return refusal('RESULT_REVOKED');
  // A test stands for nobody; what is none must not come of a test resource, nor the other way round.
  if ((record.test === true) !== (resource.value.testMode !== undefined)) return refusal('RESULT_REVOKED');
  if (record.test) return undefined;
  const { user, tokens } = person
    ? await loadAssignedTokens(ports, person, record.resource)
    : { user: undefined, tokens: [] };
  const pairs = tokens.map(({ value }) => value);
  // A sign-in of before a change of the password counts no more, whatever it showed (SR-38, SR-39).
  if (!user || record.userPasswordDigest !== passwordDigest(user)) return refusal('RESULT_REVOKED');
  return isResultValid(record, user, pairs, resource.value, now) ? undefined : refusal('RESULT_REVOKED');
}
