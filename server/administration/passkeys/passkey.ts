import type { PasskeyAssertion } from '@countersign/protocol/passkey';
import type { Administrator, AdministratorPasskey } from '../../administrators/administrator.ts';
import type { FlowId } from '../../kernel/ids.ts';
import { credentialHash } from '../../tokens/kinds/passkey/claim-credential.ts';
import type { PasskeyChallenge } from '../../tokens/kinds/passkey/passkey-challenge.ts';
import { isStaleCounter } from '../../tokens/kinds/passkey/verify-assertion.ts';

/** A challenge of a session: to confirm a change of the own sign-in, or for a new passkey. */
export type PendingPasskey = PasskeyQuestion & { session: FlowId };
export type PasskeyQuestion = { asked: PasskeyChallenge } & (
  | { purpose: 'proof' }
  /** `name`: of the new passkey; empty: that of its provider. */
  | { purpose: 'registration'; name: string }
);

export const MAX_ADMINISTRATOR_PASSKEYS = 10;

/** Hash of the credential id, which is long. */
export function passkeyId({ factor }: Pick<AdministratorPasskey, 'factor'>): string {
  return credentialHash(factor.credentialId);
}

/** The passkey that made the assertion, if it is one of theirs and has not answered this challenge before. */
export function passkeyFor(
  { passkeys = [] }: Pick<Administrator, 'passkeys'>,
  { id }: Pick<PasskeyAssertion, 'id'>,
  { challenge }: Pick<PasskeyChallenge, 'challenge'>,
): AdministratorPasskey | undefined {
  return passkeys.find(({ factor }) => factor.credentialId === id && factor.lastChallenge !== challenge);
}

/**
 * The administrator after a verified assertion. Undefined if the passkey is gone, has answered the challenge meanwhile,
 * or has a counter that did not increase since (WebAuthn 6.1.1).
 */
export function withAssertion(
  administrator: Administrator,
  assertion: Pick<PasskeyAssertion, 'id'>,
  { challenge, signCount }: { challenge: string; signCount: number },
): Administrator | undefined {
  const used = passkeyFor(administrator, assertion, { challenge });
  if (!used) return undefined;
  const { factor } = used;
  if (isStaleCounter(signCount, factor)) return undefined;
  const next = { ...used, factor: { ...factor, signCount, lastChallenge: challenge } };
  return { ...administrator, passkeys: (administrator.passkeys ?? []).map((one) => (one === used ? next : one)) };
}
