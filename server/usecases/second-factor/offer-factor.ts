import type { FactorOption } from '@countersign/protocol/flow';
import type { Flow } from '../../domain/flow.ts';
import type { Offered } from '../../domain/flow-steps.ts';
import type { MailLanguage } from '../../domain/mail/mail.ts';
import type { Resource } from '../../domain/resource.ts';
import type { Whence } from '../act.ts';
import type { StepNeeds } from '../flow/answer-step.ts';
import { refusal, type Verdict } from '../verdict.ts';
import { offerCode } from './offer-code.ts';
import { offerPasskey } from './offer-passkey.ts';
import { offerQuestion } from './offer-question.ts';

/** Makes what a way of showing the second factor needs before it can be shown. */
export async function offerFactor(
  ports: StepNeeds,
  flow: Flow,
  resource: Resource,
  option: FactorOption,
  asked: { whence: Whence; language: MailLanguage },
): Promise<Verdict<Offered>> {
  const { transaction } = flow;
  switch (option.kind) {
    // What an app shows and what is on paper is there already, and says nothing of a transaction.
    case 'code':
      return transaction ? refusal('STEP_NOT_EXPECTED') : { step: 'otp' };
    case 'recovery':
      return transaction ? refusal('STEP_NOT_EXPECTED') : { step: 'recovery' };
    case 'ocra':
      return offerQuestion(ports, flow, resource, option);
    case 'webauthn':
      return offerPasskey(ports, flow, resource);
    case 'sms':
    case 'email':
      return offerCode(ports, flow, resource, option, asked);
    default:
      return refusal('STEP_NOT_EXPECTED');
  }
}
