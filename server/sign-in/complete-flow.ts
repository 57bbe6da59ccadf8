import type { PasswordRemedy } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { OtpUse, ResultClaims } from '@countersign/protocol/result';
import type { TokenKind } from '@countersign/protocol/tokens';
import type { PassedSecond } from '../authentication/step-up.ts';
import type { TokenId, TrustedBrowserId } from '../kernel/ids.ts';
import { type ProfiledUser, profileClaims, type ResultProfile } from '../resources/result-claims.ts';
import type { PresentedPasskey } from '../tokens/kinds/passkey/passkey-challenge.ts';
import type { User } from '../users/user.ts';
import type { Flow, FlowAt, PasskeyUpgrade, ResultRecord } from './flow.ts';
import { countStep } from './flow-transitions.ts';
import { provenFactors } from './proven-factors.ts';
import type { SelfServiceUser } from './self-service/self-session.ts';

/** What the last step has verified, and what the rules add to it for the result. */
export interface VerifiedFactors {
  user: Pick<User, 'login' | 'needsConfirmation' | 'passwordHash' | 'credentialEpoch'> &
    ProfiledUser & { id: ResultRecord['user'] };
  /** The password was verified in this step. */
  password?: true;
  /** The digest of that password. */
  passwordDigest?: string;
  /** A mailed code was the first factor, and right in this step. */
  mailboxDigest?: string;
  otp: OtpUse;
  /** The token whose code was right. */
  token?: TokenId;
  kind?: TokenKind;
  /** A PIN was part of the code. */
  pin?: true;
  /** The trusted browser that needed no code. */
  browser?: TrustedBrowserId;
  /** The user wants to trust the browser from now on. */
  wantsTrust?: true;
  /** Hash of the transaction that the answer was bound to. */
  signed?: string;
  /** The verified passkey. */
  passkey?: PresentedPasskey;
  /** The second factor was shown in an earlier sign-in. */
  second?: PassedSecond;
  /** The verified password is a breached one. */
  breached?: boolean;
  /** Where the user can change that password. */
  remedy?: PasswordRemedy;
  /** How far the browser matched known ones, in percent. */
  environment?: number;
  /** It differs from those that the user is known with. */
  isUnknownBrowser?: boolean;
  /** What the resource's hook answered. */
  hook?: ResultRecord['hook'];
  /** What the browser may create besides. */
  upgrade?: PasskeyUpgrade;
  /** The self-service page opens for them, in place of a result. */
  opener?: SelfServiceUser;
}

/**
 * The end with a result, and the record that one consumption will use up.
 *
 * @param terms.userPasswordDigest of the user as read for the last step; absent on tests
 */
export function completeFlow(
  flow: Flow,
  { user, otp, token, kind, passkey, second: earlier, signed, browser, ...passed }: VerifiedFactors,
  terms: {
    now: number;
    resultLifetimeMs: number;
    resultClaims?: ResultProfile | undefined;
    userPasswordDigest?: string;
    credentialEpoch?: number | undefined;
  },
): { flow: FlowAt<'done'>; result: ResultRecord } {
  // On every path, a transaction completes only with an answer to it, and a sign-in with none to any transaction.
  if (flow.transaction?.hash !== signed) throw new TypeError('what was answered is not what was asked');
  const password = flow.passwordVerified || passed.password === true;
  const mailboxDigest = passed.mailboxDigest ?? flow.mailboxDigest;
  const second = otp === 'verified';
  const shown = { password, isMailed: mailboxDigest !== undefined };
  const { amr, isTwo } = provenFactors(shown, second ? { kind, passkey, earlier, pin: passed.pin } : undefined);
  const passwordAt = passed.password ? terms.now : (flow.kept?.password?.at ?? terms.now);
  const passwordDigest = passed.passwordDigest ?? flow.passwordDigest;
  const secondAt = earlier?.at ?? terms.now;
  const done: FlowAt<'done'> = { ...countStep(flow), step: 'done', ...(user.id !== 'test' && { user: user.id }) };
  const expiresAt = floorToSecond(terms.now) + terms.resultLifetimeMs;
  const profile = user.id === 'test' ? {} : profileClaims(user, terms.resultClaims);
  return {
    flow: { ...done, expiresAt },
    result: {
      flow: flow.id,
      account: flow.account,
      resource: flow.resource,
      user: user.id,
      login: user.login,
      ...(Object.keys(profile).length > 0 && { profile }),
      nonce: flow.nonce,
      origin: flow.origin,
      amr,
      acr: isTwo ? '2' : '1',
      otp,
      ...omitUndefined({ token, kind, browser, transaction: signed, app: flow.app, mailboxDigest }),
      ...(flow.test !== undefined && { test: true as const }),
      ...(password && { passwordAt, ...omitUndefined({ passwordDigest }) }),
      // The verified password takes precedence: the user may have been read after it changed.
      ...(terms.userPasswordDigest !== undefined && { userPasswordDigest: passwordDigest ?? terms.userPasswordDigest }),
      ...(second && { secondAt }),
      ...(passed.breached && { passwordBreached: true as const }),
      ...omitUndefined({ environment: passed.environment, hook: passed.hook, credentialEpoch: terms.credentialEpoch }),
      // Never newer than the oldest factor that counts: building on a sign-in makes it no newer.
      authenticatedAt: Math.min(terms.now, ...(password ? [passwordAt] : []), ...(second ? [secondAt] : [])),
      issuedAt: floorToSecond(terms.now),
      expiresAt,
    },
  };
}

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

/** JWT times are whole seconds; rounding down never lengthens a lifetime. */
function floorToSecond(at: number): number {
  return Math.floor(at / 1000) * 1000;
}
