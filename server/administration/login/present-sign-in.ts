import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { EnrolmentView, SessionView, SignInView } from '@countersign/protocol/session';
import { hasBilling } from '../../accounts/account.ts';
import { accountDocument } from '../../accounts/documents.ts';
import { actorOf } from '../../administrators/administrator.ts';
import { requiresPasskey } from '../../administrators/factor-policy.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { presentError } from '../../sign-in/flow-transitions.ts';
import { requestOf } from '../../tokens/kinds/passkey/passkey-request.ts';
import { showEnrolment } from '../enrol-token.ts';
import { passkeyId } from '../passkeys/passkey.ts';
import { creationOf } from '../passkeys/register-passkey.ts';
import { csrfToken, sessionEndsAt } from '../session.ts';
import type { OpenedSession } from './open-session.ts';
import type { SignInProgress } from './sign-in-step.ts';

/** The view of the page without the image of the code, which the HTTP layer draws. */
type PlainSignInView = Omit<SignInView, 'enrolment'> & { enrolment?: Omit<EnrolmentView, 'qrSvg'> };

export async function presentSignIn(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets' | 'administratorFactors'> & ConfiguredPlans,
  { flow, opened, recoveryCodes }: SignInProgress,
): Promise<PlainSignInView> {
  const now = ports.clock.now();
  const { step, seq, email, error, expiresAt } = flow;
  const view: PlainSignInView = { step, seq, ...omitUndefined({ email }), expiresAt, now };
  if (error) view.error = presentError(error, now);
  if (step === 'enrol' && flow.enrolment) {
    const [account] = await ports.store.getMany([accountDocument.key(flow.account)], now);
    if (account) view.enrolment = showEnrolment(ports, account.value, email ?? '', flow.enrolment);
  }
  if (step === 'otp' && flow.passkey) view.passkey = requestOf(flow.passkey);
  if (step === 'otp' && flow.isPasskeyRequired) view.isPasskeyRequired = true;
  if (step === 'enrol' && flow.newPasskey && flow.administrator !== undefined) {
    const whose = { id: flow.administrator, email: email ?? '', name: email ?? '' };
    view.newPasskey = creationOf(flow.newPasskey, whose);
  }
  if (opened) view.session = presentSession(ports, opened);
  if (recoveryCodes) view.recoveryCodes = recoveryCodes;
  return view;
}

/** Absent: none. */
export interface ConfiguredPlans {
  /** The operator has configured service plans. */
  hasPlans?: boolean;
}

export function presentSession(
  { clock, hasPlans, administratorFactors }: Pick<Ports, 'clock' | 'administratorFactors'> & ConfiguredPlans,
  { session, secret, administrator, account }: OpenedSession,
): SessionView {
  const { id, email, name, recovery, passkeys = [] } = administrator;
  const { role, resources } = actorOf(account, administrator);
  return {
    account: { id: account.id, name: account.name },
    isPasskeyRequired: requiresPasskey(administratorFactors, account),
    administrator: {
      ...{ id, email, name, role, resources: [...resources], recoveryCodesLeft: recovery.macs.length },
      passkeys: passkeys.map((one) => ({ id: passkeyId(one), name: one.name, createdAt: one.createdAt })),
    },
    hasBilling: hasBilling(account, hasPlans),
    csrf: csrfToken(secret),
    endsAt: sessionEndsAt(session),
    now: clock.now(),
  };
}
