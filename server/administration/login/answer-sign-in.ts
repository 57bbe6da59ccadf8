import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { PasskeyAssertion, PasskeyAttestation } from '@countersign/protocol/passkey';
import type { Administrator } from '../../administrators/administrator.ts';
import { nextSecondFactor, requiresPasskey, type SecondFactor } from '../../administrators/factor-policy.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { notify } from '../../messages/notify.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import type { PasskeyNeeds } from '../../tokens/kinds/passkey/new-challenge.ts';
import {
  checkAdministratorOtp,
  countAdministratorAttempt,
  redeemRecoveryCode,
  type SecondFactorPorts,
} from '../check-factors.ts';
import { enrolToken, newEnrolment } from '../enrol-token.ts';
import { challengeForAdministrator, checkAdministratorPasskey } from '../passkeys/check-passkey.ts';
import { addFirstPasskey, newRegistration, verifyNewPasskey } from '../passkeys/register-passkey.ts';
import { type AdministratorFlow, acceptAdministratorPassword, setEmail } from './administrator-flow.ts';
import {
  answerSignIn,
  isPasswordUnchanged,
  reloadAdministrator,
  type SignInAnswer,
  type SignInProgress,
} from './sign-in-step.ts';

type Progress = Promise<Result<SignInProgress>>;

/** Stores the address without a look-up: the next step is the same for every address (SR-17). */
export function answerEmail(ports: SecondFactorPorts, answer: SignInAnswer & { email: string }): Progress {
  return answerSignIn(ports, 'identify', answer, async () => ({ move: (flow) => setEmail(flow, answer.email) }));
}

/** Checks the password. An administrator without a second factor enrols one; all others enter a code or use a passkey. */
export function answerSignInPassword(
  ports: SecondFactorPorts & PasskeyNeeds,
  answer: SignInAnswer & { password: string },
): Progress {
  return answerSignIn(ports, 'password', answer, async ({ account, email = '' }) => {
    const asked = { account, name: email, address: answer.client.address };
    const attempt = await countAdministratorAttempt(ports, asked);
    if (isRefusal(attempt)) return { refusal: attempt };
    try {
      const right = await attempt.verify(answer.password);
      if (isRefusal(right)) return { refusal: right };
      const { administrator, account: home } = right;
      const factor = nextSecondFactor(administrator, requiresPasskey(ports.administratorFactors, home));
      if (factor === 'none') {
        return { refusal: refusal('PASSKEY_REQUIRED', {}, { about: administrator.id }), isFinal: true };
      }
      return { move: (flow) => acceptAdministratorPassword(flow, pendingFactor(ports, administrator, factor)) };
    } finally {
      await attempt.close();
    }
  });
}

function pendingFactor(
  ports: SecondFactorPorts & PasskeyNeeds,
  administrator: Administrator,
  factor: Exclude<SecondFactor, 'none'>,
): Parameters<typeof acceptAdministratorPassword>[1] {
  const shown = { administrator: administrator.id, passwordDigest: passwordDigest(administrator) };
  switch (factor) {
    case 'code':
      return shown;
    case 'passkey':
    case 'passkey-or-code': {
      const passkey = challengeForAdministrator(ports, administrator);
      return { ...shown, ...omitUndefined({ passkey }), ...(factor === 'passkey' && { isPasskeyRequired: true }) };
    }
    case 'enrol-token':
      return { ...shown, enrolment: newEnrolment(ports, administrator.account) };
    case 'enrol-passkey':
      return { ...shown, newPasskey: newRegistration(ports) };
  }
}

/** No code is checked, used up or counted where a passkey is required (SR-81). */
async function reloadForCode(
  ports: SecondFactorPorts,
  flow: AdministratorFlow,
): Promise<Result<{ administrator: Administrator }>> {
  const found = await reloadAdministrator(ports, flow);
  if (!found) return refusal('ACCESS_DENIED');
  return requiresPasskey(ports.administratorFactors, found.account) ? refusal('PASSKEY_REQUIRED') : found;
}

/** Checks a passkey in place of the code. Beside the password, it is asked of this administrator alone. */
export function answerSignInPasskey(
  ports: SecondFactorPorts,
  answer: SignInAnswer & { assertion: PasskeyAssertion },
): Progress {
  return answerSignIn(ports, 'otp', answer, async (flow) => {
    const found = await reloadAdministrator(ports, flow);
    if (!found) return { refusal: refusal('ACCESS_DENIED') };
    if (!flow.passkey) return { refusal: refusal('PASSKEY_INVALID') };
    const checked = await checkAdministratorPasskey(ports, found.administrator, answer.assertion, flow.passkey);
    return isRefusal(checked) ? { refusal: checked } : { signIn: { by: 'passkey' } };
  });
}

/** `otp` is parsed already, so a malformed code is refused before the step is claimed or counted (SR-47). */
export function answerSignInOtp(ports: SecondFactorPorts, answer: SignInAnswer & { otp: string }): Progress {
  return answerSignIn(ports, 'otp', answer, async (flow) => {
    const found = await reloadForCode(ports, flow);
    if (isRefusal(found)) return { refusal: found };
    const outcome = await checkAdministratorOtp(ports, found.administrator, answer.otp);
    return isRefusal(outcome) ? { refusal: outcome } : { signIn: {} };
  });
}

/** Accepts a recovery code in place of the code of a lost token. */
export function answerRecoveryCode(ports: SecondFactorPorts, answer: SignInAnswer & { code: string }): Progress {
  return answerSignIn(ports, 'otp', answer, async (flow) => {
    const found = await reloadForCode(ports, flow);
    if (isRefusal(found)) return { refusal: found };
    const used = await redeemRecoveryCode(ports, found.administrator, answer.code, answer.client);
    return isRefusal(used) ? { refusal: used } : { signIn: {} };
  });
}

/** Checks the first code of the new token, which becomes theirs. */
export function answerEnrolment(ports: SecondFactorPorts, answer: SignInAnswer & { otp: string }): Progress {
  return answerSignIn(ports, 'enrol', answer, async (flow) => {
    const found = await reloadForCode(ports, flow);
    // It starts over, and enrols a passkey then.
    if (isRefusal(found)) return { refusal: found, isFinal: true };
    if (!flow.enrolment) return { refusal: refusal('ACCESS_DENIED') };
    const { client, otp } = answer;
    const enrolled = await enrolToken(
      ports,
      found.administrator,
      flow.enrolment,
      otp,
      client,
      // Of two concurrent first sign-ins, one enrols.
      (current, home): Administrator | Refusal => {
        const factor = nextSecondFactor(current, requiresPasskey(ports.administratorFactors, home));
        return factor === 'enrol-token' && isPasswordUnchanged(flow, current) ? current : refusal('ACCESS_DENIED');
      },
    );
    if (isRefusal(enrolled)) return { refusal: enrolled };
    notify(ports, enrolled.administrator, 'token-added', client);
    return { signIn: { recoveryCodes: enrolled.recoveryCodes } };
  });
}

/** Adds the passkey that the device has created, which signs in at once. */
export function answerPasskeyEnrolment(
  ports: SecondFactorPorts,
  answer: SignInAnswer & { response: PasskeyAttestation },
): Progress {
  return answerSignIn(ports, 'enrol', answer, async (flow) => {
    const found = await reloadAdministrator(ports, flow);
    if (!found || !flow.newPasskey) return { refusal: refusal('ACCESS_DENIED') };
    const { administrator } = found;
    const { client, response } = answer;
    const about = { name: '', userAgent: client.userAgent };
    const made = await verifyNewPasskey(ports, administrator, flow.newPasskey, response, about);
    if (!made) return { refusal: refusal('PASSKEY_INVALID') };
    const isAllowed = (current: Administrator) => isPasswordUnchanged(flow, current);
    const added = await addFirstPasskey(ports, administrator, made, client, isAllowed);
    if (isRefusal(added)) return { refusal: added };
    notify(ports, added.administrator, 'passkey-added', client, made.name);
    return { signIn: { by: 'passkey' } };
  });
}
