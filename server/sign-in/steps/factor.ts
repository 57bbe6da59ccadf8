import type { FactorOption } from '@countersign/protocol/flow';
import { isFirstFactorCurrent } from '../../authentication/first-factor.ts';
import { tokensOfOption } from '../../authentication/second-factor.ts';
import type { MailLanguage } from '../../kernel/mail.ts';
import { isRefusal, refusal } from '../../kernel/result.ts';
import { loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import { lockRefusal, tokenState } from '../../tokens/lockout.ts';
import { readUser } from '../../users/find-user.ts';
import type { FlowAt, SecondStep } from '../flow.ts';
import { failCodeSending, selectFactor as select } from '../flow-transitions.ts';
import { prepareFactor } from '../prepare-factor.ts';
import { askOnLock } from '../run-rules.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';
import { mailCode } from './mailed-code.ts';

/**
 * Selects one of the offered second factors, or has a code mailed as the first. The step changes, and the challenge is
 * prepared: a code is sent, a question created. Selecting the same again requests another code. It is claimed like any
 * other step, so a double click sends one code.
 */
export async function selectFactor(
  ports: StepPorts,
  { flow, ...rest }: StepContext<SecondStep | 'mail'>,
  { factor, language }: { factor: string; language: MailLanguage },
): Promise<StepOutcome> {
  if (flow.step === 'mail') return mailCode(ports, { flow, ...rest }, { factor, language });
  const { resource, client } = rest;
  const option = flow.factors?.find(({ id }) => id === factor);
  if (!option) return { refusal: refusal('STEP_NOT_EXPECTED') };
  const ended = await refuseLocked(ports, { flow, ...rest }, option);
  if (ended) return ended;
  const challenge = await prepareFactor(ports, flow, resource, option, { client, language });
  if (!isRefusal(challenge)) return { move: (held) => select(held as FlowAt<SecondStep>, option, challenge) };
  // The sender has recorded its own event. The view has the time for another request; a wait would keep the user from
  // typing a code.
  const { refused } = challenge;
  if (refused !== 'CODE_NOT_SENT' && refused !== 'CODE_LIMIT') return { refusal: challenge };
  const isVoid = refused === 'CODE_NOT_SENT' && flow.sent?.token === option.id;
  return { move: (held) => failCodeSending(held as FlowAt<SecondStep>, refused, isVoid) };
}

/**
 * A locked token is no way on: choosing it ends the sign-in, with the way back, if there is one. Only after the password;
 * without it, the lock is not revealed (SR-17).
 */
async function refuseLocked(
  ports: StepPorts,
  { flow, resource, rules }: StepContext<SecondStep>,
  option: FactorOption,
): Promise<StepOutcome | undefined> {
  if (flow.user === undefined || !flow.passwordVerified || flow.transaction) return undefined;
  const known = await readUser(ports, flow.account, flow.user);
  const { user, tokens = [] } = known ? await loadAssignedTokens(ports, known, resource.id) : {};
  const values = tokens.map(({ value }) => value);
  const meant = tokensOfOption(option, values);
  const now = ports.clock.now();
  if (!user || meant.length === 0 || !meant.every((token) => tokenState(token, now) === 'locked')) return undefined;
  // The current password alone is told of a lock, and of the way back (SR-38).
  if (!isFirstFactorCurrent(flow, resource, user)) return { refusal: refusal('ACCESS_DENIED', {}, { about: user.id }) };
  const wayBack = await askOnLock(rules, ports, { resource, user, tokens: values });
  return {
    refusal: refusal(lockRefusal(meant), {}, { about: user.id, tokens: meant.map(({ id }) => id) }),
    ...(wayBack && { after: wayBack.after }),
  };
}
