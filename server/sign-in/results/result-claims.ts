import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResultClaims } from '@countersign/protocol/result';
import type { ResultRecord } from '../flow.ts';

/**
 * The claims that the host reads; `completeFlow` decides what the record says. Keyed on the flow's id, which at most
 * one result can have.
 */
export function claimsOf(record: ResultRecord, issuer: string): ResultClaims {
  return {
    iss: issuer,
    aud: record.resource,
    sub: record.user,
    preferred_username: record.login,
    nonce: record.nonce,
    origin: record.origin,
    ...(record.app && { app: true as const }),
    amr: record.amr,
    acr: record.acr,
    otp: record.otp,
    ...omitUndefined({ txn: record.transaction }),
    ...(record.passwordBreached && { password_breached: true as const }),
    ...record.profile,
    ...omitUndefined({ hook: record.hook?.claims }),
    auth_time: Math.floor(record.authenticatedAt / 1000),
    iat: Math.floor(record.issuedAt / 1000),
    exp: Math.floor(record.expiresAt / 1000),
    jti: record.flow,
    ...(record.test && { test: true as const }),
  };
}
