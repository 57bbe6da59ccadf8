import type { FactorOption } from '@countersign/protocol/flow';
import type { MailLanguage } from '../kernel/mail.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import type { Resource } from '../resources/resource.ts';
import { prepareQuestion } from '../tokens/kinds/ocra/prepare-question.ts';
import { preparePasskey } from '../tokens/kinds/passkey/prepare-passkey.ts';
import { prepareCode } from '../tokens/kinds/sent/prepare-code.ts';
import type { Flow } from './flow.ts';
import type { StepPorts } from './step.ts';
import type { ChallengeDraft } from './transitions.ts';

/** Prepares the challenge that a second factor needs before it can be shown. */
export async function prepareFactor(
  ports: StepPorts,
  flow: Flow,
  resource: Resource,
  option: FactorOption,
  asked: { client: ClientInfo; language: MailLanguage },
): Promise<Result<ChallengeDraft>> {
  const { transaction } = flow;
  switch (option.kind) {
    // Codes from an app or on paper need no preparation and carry no transaction.
    case 'code':
      return transaction ? refusal('STEP_NOT_EXPECTED') : { step: 'otp' };
    case 'recovery':
      return transaction ? refusal('STEP_NOT_EXPECTED') : { step: 'recovery' };
    case 'ocra':
      return prepareQuestion(ports, flow, resource, option);
    case 'webauthn':
      return preparePasskey(ports, flow, resource);
    case 'sms':
    case 'email':
      return prepareCode(ports, flow, resource, option, asked);
    default:
      return refusal('STEP_NOT_EXPECTED');
  }
}
