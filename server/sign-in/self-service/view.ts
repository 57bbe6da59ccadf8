import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { OwnDetail } from '@countersign/protocol/resources';
import type { SelfBrowser, SelfToken, SelfView } from '@countersign/protocol/self-service';
import { availableKinds } from '../../authentication/assess-enrolment.ts';
import { decideEnrolment } from '../../authentication/decide-enrolment.ts';
import { passwordRule } from '../../authentication/new-password.ts';
import { acceptedKindsFrom } from '../../authentication/second-factor.ts';
import { isRetained } from '../../browsers/device-fingerprint/known-browsers.ts';
import { presentClient } from '../../browsers/device-fingerprint/user-agent-families.ts';
import { environmentsDocument } from '../../browsers/documents.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import { minLengthOf } from '../../passwords/password-policy.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { type PasskeyNeeds, relyingParty } from '../../tokens/kinds/passkey/new-challenge.ts';
import { knownPasskeys, passkeyNames } from '../../tokens/kinds/passkey/passkey-request.ts';
import { rulesOf, showsOwnCodes } from '../../tokens/kinds/rules.ts';
import { maskedAddress } from '../../tokens/kinds/sent/out-of-band-code.ts';
import { tokenState } from '../../tokens/lockout.ts';
import { isRecovery, type Token } from '../../tokens/token.ts';
import { hadToken } from '../../tokens/token-history.ts';
import { restsOnMailboxAlone } from '../../users/mailbox.ts';
import type { User } from '../../users/user.ts';
import type { FlowAt } from '../flow.ts';
import { listTrustedBrowsers } from '../rules/trusted-browsers/list-trusted.ts';
import type { TrustedBrowser } from '../rules/trusted-browsers/trusted-browser.ts';
import { basisOf, factsOf, mayHaveCodes, readSelfServiceContext, type SelfServiceContext } from './context.ts';
import { listOwnSignIns } from './list-sign-ins.ts';
import { namingAssignments, readTokenAssignments } from './naming-assignments.ts';
import { codesOf } from './renew-recovery-codes.ts';
import {
  deletionBlocker,
  isFresh,
  isOwnMade,
  isStrong,
  judgeSelfServiceAction,
  type SelfServiceActionName,
} from './self-service.ts';

/**
 * What the page shows to its user; undefined if it is over. Never a seed, a serial, an address of a token, or another
 * user.
 */
export async function viewSelfService(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'codes' | 'courier' | 'archive'> & PasskeyNeeds,
  flow: FlowAt<'self'>,
): Promise<SelfView | undefined> {
  const now = ports.clock.now();
  const [resource] = await ports.store.getMany([resourceDocument.key(flow.resource)], now);
  const standing = resource && (await readSelfServiceContext(ports, flow, resource.value));
  if (!standing) return undefined;
  const { user, session, owned, passkeys } = standing;
  const [assigned, signIns, trusted, [environments]] = await Promise.all([
    readTokenAssignments(ports, user),
    listOwnSignIns(ports, { account: flow.account, user: user.id, resource: flow.resource }),
    listTrustedBrowsers(ports, user),
    ports.store.getMany([environmentsDocument.key(user.id)], now),
  ]);
  const facts = factsOf(standing);
  const offers = (act: SelfServiceActionName) => judgeSelfServiceAction(act, facts, now) !== 'off';
  const details: readonly OwnDetail[] = standing.resource.selfService?.details ?? [];
  const manages = offers('rename-token');
  const shown = (token: Token): SelfToken => {
    const state = tokenState(token, now);
    const isOwn = isOwnMade(token, user.id);
    const kept = deletionBlocker(token, state, user.id, namingAssignments(assigned, user, token.id, now));
    const lastUsedAt = signIns.lastUsedAt.get(token.id);
    return {
      id: token.id,
      name: token.name,
      kind: token.factor.kind,
      state,
      addedAt: token.createdAt,
      ...omitUndefined({ lastUsedAt }),
      mayRename: manages && isOwn,
      mayRemove: manages && kept === undefined,
      // An app has a synchronised clock; a hardware token may drift.
      mayResync: manages && showsOwnCodes(token) && (state === 'out-of-step' || (state === 'active' && !isOwn)),
      mayChangePin: manages && token.pin !== undefined && !token.lock,
      ...(manages && kept !== undefined && { kept }),
    };
  };
  const recovery = owned.find(isRecovery);
  const rule = offers('password') ? await passwordRule(ports, user) : undefined;
  const kept = environments?.value.list.filter((one) => isRetained(one, now)).length ?? 0;
  const { firstName, secondName, login } = user;
  const { email, phone } = isStrong(facts) ? user : masked(user);
  return {
    person: {
      login,
      ...omitUndefined({ firstName, secondName, email, phone }),
    },
    may: {
      firstName: details.includes('firstName'),
      secondName: details.includes('secondName'),
      email: details.includes('email') && !ports.courier.isAbsent,
      password: offers('password'),
      addToken: offers('add-token') && mayAdd(ports, standing, now),
      recoveryCodes: offers('recovery-codes') && mayHaveCodes(standing),
      forgetBrowsers: offers('browsers') && kept > 0,
    },
    proof: !isStrong(facts) ? 'lacking' : isFresh(session.proof, now) ? 'fresh' : 'stale',
    tokens: owned.filter((token) => !rulesOf(token).isSubstitute).map(shown),
    ...(passkeys &&
      isStrong(facts) && {
        passkeys: knownPasskeys({ id: user.id, ...passkeyNames(user) }, passkeys, relyingParty(ports)),
      }),
    ...(rule && { passwordMinLength: minLengthOf(rule) }),
    ...(flow.breached === passwordDigest(user) && { passwordBreached: true as const }),
    ...(recovery && { recovery: { left: recovery.factor.macs.length } }),
    ...(session.codes && { codes: codesOf(ports, flow, session.codes).codes }),
    ...(session.email && now < session.email.expiresAt && { pendingEmail: session.email.address }),
    ...(trusted.length > 0 && { trusted: trusted.map(presentBrowser) }),
    ...(kept > 0 && { browsers: kept }),
    signIns: signIns.signIns,
  };
}

function presentBrowser({ id, createdAt, usedAt, expiresAt, ...client }: TrustedBrowser): SelfBrowser {
  return { id, addedAt: createdAt, lastUsedAt: usedAt, expiresAt, ...presentClient(client) };
}

/** Masked, so that the owner recognises them, and an attacker with one factor learns no address of the other. */
function masked({ email, phone }: Pick<User, 'email' | 'phone'>): Pick<User, 'email' | 'phone'> {
  return {
    ...(email !== undefined && { email: maskedAddress({ kind: 'email', to: email }) }),
    ...(phone !== undefined && { phone: maskedAddress({ kind: 'sms', to: phone }) }),
  };
}

function mayAdd(ports: Pick<Ports, 'codes'>, standing: SelfServiceContext, now: number): boolean {
  const { enrolment: policy, methodPolicy } = standing.resource;
  const accepts = acceptedKindsFrom(standing.user, standing.resource);
  const basis = basisOf(standing);
  const available = availableKinds(ports, standing.user, standing.owned, basis);
  const isPairedHere = standing.paired.some((token) => !rulesOf(token).isSubstitute);
  const had = hadToken(standing.user, standing.owned);
  const facts = { policy, methodPolicy, accepts, available, basis, isAsked: true, hadToken: had, isPairedHere };
  const isMailboxAlone = restsOnMailboxAlone(standing.user);
  // A replacement is a step of a sign-in.
  const decision = decideEnrolment({ ...facts, isMailboxAlone, isReplacementPermitted: false }, now);
  return decision.kind !== 'none' && decision.kinds.length > 0;
}
