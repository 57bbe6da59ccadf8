import { accountDocument } from '../../accounts/documents.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type Refusal, refusal } from '../../kernel/result.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import { locateUser } from '../../users/find-user.ts';
import type { ResultRecord } from '../flow.ts';
import { isStillTrusted } from '../rules/trusted-browsers/use-trust.ts';
import { isResultValid } from './result-validity.ts';

/**
 * Whether the plan, the resource and the user of a result are still valid, and the user's password is still the same.
 * Checked before it is used up, right after that, and before it is shown again (SR-4, SR-39).
 */
export async function validateResult(
  ports: Pick<Ports, 'store' | 'clock'>,
  record: ResultRecord,
): Promise<Refusal | undefined> {
  const now = ports.clock.now();
  const [[resource, account], known] = await Promise.all([
    ports.store.getMany([resourceDocument.key(record.resource), accountDocument.key(record.account)], now),
    record.test ? undefined : locateUser(ports, record.account, record.user),
  ]);
  if (account?.value.plan.active !== true) return refusal('PLAN_INACTIVE');
  if (resource?.value.enabled !== true) return refusal('RESULT_REVOKED');
  // A test result names no user; a live result must not come from a test resource, nor the reverse.
  if ((record.test === true) !== (resource.value.testMode !== undefined)) return refusal('RESULT_REVOKED');
  if (record.test) return undefined;
  const { user, tokens } = known
    ? await loadAssignedTokens(ports, known, record.resource)
    : { user: undefined, tokens: [] };
  const values = tokens.map(({ value }) => value);
  // A sign-in from before a change of password or address, a block or a report no longer counts, whatever it showed, also
  // after all is as it was (SR-38, SR-39).
  if (!user || record.userPasswordDigest !== passwordDigest(user)) return refusal('RESULT_REVOKED');
  if (!isResultValid(record, user, values, resource.value, now)) return refusal('RESULT_REVOKED');
  // The end of the trust ends what rests on it.
  const facts = { resource: resource.value, user, tokens: values };
  const stands = record.browser === undefined || (await isStillTrusted(ports, facts, record.browser));
  return stands ? undefined : refusal('RESULT_REVOKED');
}
