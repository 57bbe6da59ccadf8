import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Authentication, PassedFactors } from '../../authentication/step-up.ts';
import type { UserId } from '../../kernel/ids.ts';
import { KIND_RULES } from '../../tokens/kinds/rules.ts';
import type { ResultRecord } from '../flow.ts';

/**
 * The factors of a result that later sign-ins can build on. Neither a password that the host checked itself nor a mailed
 * code is one of them.
 */
export function rememberResult(record: ResultRecord & { user: UserId }): Authentication {
  const { account, resource, user, amr, acr, token, kind, passwordAt, passwordDigest, secondAt } = record;
  const password = passwordAt !== undefined && passwordDigest !== undefined;
  // A mailed code is asked for at each sign-in, so what it added is not remembered.
  const isMailed = record.mailboxDigest !== undefined;
  const isOtp = kind !== undefined && KIND_RULES[kind].methods.includes('otp');
  const methods = amr.filter(
    (method) => method !== 'pwd' && method !== 'mfa' && (method !== 'otp' || isOtp || !isMailed),
  );
  const second =
    secondAt !== undefined && token !== undefined && kind !== undefined
      ? { at: secondAt, token, kind, methods, ...(acr === '2' && !password && !isMailed && { isTwo: true as const }) }
      : undefined;
  return {
    account,
    resource,
    user,
    ...(password && { password: { at: passwordAt, digest: passwordDigest } }),
    ...omitUndefined({ second, epoch: record.credentialEpoch }),
  };
}

/** When the first of its factors is forgotten. Undefined: nothing is remembered. */
export function rememberedUntil({ password, second }: PassedFactors, rememberMs: number): number | undefined {
  const last = Math.max(password?.at ?? 0, second?.at ?? 0);
  return last === 0 || rememberMs <= 0 ? undefined : last + rememberMs;
}
