import type { RefusalCode } from '@countersign/protocol/codes';
import { isFirstFactorCurrent } from '../../authentication/first-factor.ts';
import type { MailLanguage } from '../../kernel/mail.ts';
import { isRefusal, refusal } from '../../kernel/result.ts';
import { recordNetwork } from '../../passwords/password-counters.ts';
import { loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import { assignmentTo, isAssigned } from '../../users/assignments.ts';
import { readUser } from '../../users/find-user.ts';
import { continueAfterFirstFactor } from '../after-first-factor.ts';
import type { FlowAt } from '../flow.ts';
import { retryStep, setMailedCode } from '../flow-transitions.ts';
import { countWrongTry, isMailedCodeLive, MAILED_OPTION, type MailedCode } from '../mailed-codes/mailed-code.ts';
import { matchesMailedCode } from '../mailed-codes/match-mailed-code.ts';
import { sendMailedCode } from '../mailed-codes/send-mailed-code.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

/** A code mailed as the first factor, where the resource asks for one in place of the password. */

/** Mails a code, or another one. */
export async function mailCode(
  ports: StepPorts,
  { flow, resource, client }: StepContext<'mail'>,
  { factor, language }: { factor: string; language: MailLanguage },
): Promise<StepOutcome> {
  if (factor !== MAILED_OPTION) return stayWith('STEP_NOT_EXPECTED');
  const name = flow.user ?? flow.login;
  const sent = await sendMailedCode(ports, { flow, name, resource, client, language, before: flow.mailed });
  // The view has the time for another request; a wait would keep the user from typing a code.
  if (isRefusal(sent)) return stayWith(sent.refused);
  const { mailed, ...beside } = sent;
  return { move: (held) => setMailedCode(held as FlowAt<'mail'>, mailed), ...beside };
}

/**
 * Nothing was asked, or nothing sent. It counts as an answer, so that requests are limited. It has no event: it costs an
 * attacker nothing, so a flood would fill the audit log (SR-65).
 */
function stayWith(code: RefusalCode): StepOutcome {
  return { move: (held) => retryStep(held as FlowAt<'mail'>, code) };
}

/**
 * Checks the code. A wrong one reads nothing about a user, so it is the same for every name (SR-17). Only a right one, which
 * shows that someone reads the mailbox, decides by the user.
 */
export async function checkMailedCode(
  ports: StepPorts,
  context: StepContext<'mail'>,
  typed: string,
): Promise<StepOutcome> {
  const { id, mailed } = context.flow;
  // Without a live code there is nothing to guess.
  if (!isMailedCodeLive(mailed, ports.clock.now())) return stayWith('NOTHING_ASKED');
  const about = mailed.to && { about: mailed.to.user };
  const isRight = matchesMailedCode(ports, id, mailed, typed);
  if (!mailed.to || !isRight) {
    const wrong = countWrongTry(mailed);
    return { refusal: refusal('OTP_WRONG', {}, about), again: (held) => ({ ...held, mailed: wrong }) };
  }
  return afterMailedCode(ports, context, mailed.to);
}

async function afterMailedCode(
  ports: StepPorts,
  { flow, resource, client, rules, input }: StepContext<'mail'>,
  to: NonNullable<MailedCode['to']>,
): Promise<StepOutcome> {
  const first = { mailboxDigest: to.mailboxDigest };
  const denied = { refusal: refusal('ACCESS_DENIED', {}, { about: to.user }) };
  const known = await readUser(ports, flow.account, to.user);
  if (!known) return denied;
  const { user, tokens: stored } = await loadAssignedTokens(ports, known, resource.id);
  const tokens = stored.map(({ value }) => value);
  if (!user || !isAssigned(assignmentTo(user, resource.id), tokens)) return denied;
  if (!isFirstFactorCurrent({ ...flow, ...first }, resource, user)) return denied;
  await recordNetwork(ports, user.id, client.address);
  return continueAfterFirstFactor(ports, rules, { flow, resource, user, first, tokens, input });
}
