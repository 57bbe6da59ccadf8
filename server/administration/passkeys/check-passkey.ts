import type { PasskeyAssertion } from '@countersign/protocol/passkey';
import type { Administrator } from '../../administrators/administrator.ts';
import { administratorDocument } from '../../administrators/documents.ts';
import { readAdministrator } from '../../administrators/find-administrator.ts';
import { callDependency } from '../../kernel/dependency.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { transact } from '../../store/transact.ts';
import { createChallengeFor, type PasskeyNeeds } from '../../tokens/kinds/passkey/new-challenge.ts';
import type { PasskeyChallenge } from '../../tokens/kinds/passkey/passkey-challenge.ts';
import { verifyPasskeyOf } from '../../tokens/kinds/passkey/verify-passkey.ts';
import { passkeyFor, withAssertion } from './passkey.ts';

/** The challenge for the administrator's passkeys; undefined if there are none. The device has to verify its user. */
export function challengeForAdministrator(
  ports: PasskeyNeeds,
  { passkeys = [] }: Pick<Administrator, 'passkeys'>,
): PasskeyChallenge | undefined {
  return createChallengeFor(ports, passkeys, { userVerification: 'required' });
}

/**
 * Checks a passkey in place of the token's code (SR-61). The commit that accepts it records the challenge, so of any
 * number of equal responses one succeeds. A wrong one locks nothing: it is no guess.
 */
export async function checkAdministratorPasskey(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  { account, id }: Pick<Administrator, 'account' | 'id'>,
  assertion: PasskeyAssertion,
  asked: PasskeyChallenge,
): Promise<Result<{ administrator: Administrator }>> {
  const found = await readAdministrator(ports, account, id);
  if (isRefusal(found)) return refusal('ACCESS_DENIED');
  const passkey = passkeyFor(found.administrator, assertion, asked);
  if (!passkey) return refusal('PASSKEY_INVALID');
  // The console is in no frame.
  const answer = { assertion, asked, topOrigin: asked.origin };
  const judged = await callDependency('checking a passkey', () => verifyPasskeyOf(id, passkey.factor, answer));
  if (judged.verdict === 'wrong' && judged.reason) {
    return refusal('PASSKEY_INVALID', {}, { reason: judged.reason });
  }
  if (judged.verdict !== 'accepted' || !judged.passkey.userVerified) return refusal('PASSKEY_INVALID');
  const key = administratorDocument.key(account, id);
  return transact<readonly [typeof key], Result<{ administrator: Administrator }>>(
    ports,
    key.anchor,
    [key],
    ([stored]) => {
      if (stored?.value.state !== 'active') return { answer: refusal('ACCESS_DENIED') };
      const next = withAssertion(stored.value, assertion, {
        challenge: asked.challenge,
        signCount: judged.factor.signCount,
      });
      if (!next) return { answer: refusal('PASSKEY_INVALID') };
      return { answer: { administrator: next }, write: { put: [{ key, value: next }] } };
    },
  );
}
