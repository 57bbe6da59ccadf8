import { type FlowAt, SECOND_STEPS, type SecondStep } from '../../flows/flow.ts';
import { prepareFactor } from '../../flows/prepare-factor.ts';
import type { Step } from '../../flows/step.ts';
import { failCodeSending, selectFactor as select } from '../../flows/transitions.ts';
import type { MailLanguage } from '../../kernel/mail.ts';
import { isRefusal, refusal } from '../../kernel/result.ts';
import { mailCode } from './mail.ts';

/**
 * Selects one of the offered second factors, or has a code mailed as the first. The step changes, and the challenge is
 * prepared: a code is sent, a question created. Selecting the same again requests another code. It is claimed like any
 * other step, so a double click sends one code.
 */
export const selectFactor: Step<SecondStep | 'mail', { factor: string; language: MailLanguage }> = {
  at: [...SECOND_STEPS, 'mail'],
  leadsTo: SECOND_STEPS,
  proof: 'code',
  async handle(ports, { flow, ...rest }, { factor, language }) {
    if (flow.step === 'mail') return mailCode(ports, { flow, ...rest }, { factor, language });
    const { resource, client } = rest;
    const option = flow.factors?.find(({ id }) => id === factor);
    if (!option) return { refusal: refusal('STEP_NOT_EXPECTED') };
    const challenge = await prepareFactor(ports, flow, resource, option, { client, language });
    if (!isRefusal(challenge)) return { move: (held) => select(held as FlowAt<SecondStep>, option, challenge) };
    // The sender has recorded its own event. The view has the time for another request; a wait would keep the user from
    // typing a code.
    const { refused } = challenge;
    if (refused !== 'CODE_NOT_SENT' && refused !== 'CODE_LIMIT') return { refusal: challenge };
    const isVoid = refused === 'CODE_NOT_SENT' && flow.sent?.token === option.id;
    return { move: (held) => failCodeSending(held as FlowAt<SecondStep>, refused, isVoid) };
  },
};
