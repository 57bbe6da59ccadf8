import type { FlowView } from '@countersign/protocol/flow';
import type { MailLanguage } from '../../domain/mail/mail.ts';
import { documents } from '../../ports/documents.ts';
import { tellOwner } from '../enrolment/tell-owner.ts';
import type { StepAnswer } from '../flow/answer-step.ts';
import { editObject } from '../objects/read-object.ts';
import { newPin } from '../second-factor/pin.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { actOnSelf, type SelfNeeds } from './act-on-self.ts';
import { ownToken } from './own-token.ts';

/**
 * Another PIN for a token that has one, whoever made it: a PIN is for its owner alone to know. Where it is typed stays, and
 * whether there is one is not for its owner to say.
 */
export function changeOwnPin(
  ports: SelfNeeds,
  answer: StepAnswer & { token: string; pin: string; language: MailLanguage },
): Promise<Verdict<FlowView>> {
  return actOnSelf(ports, 'pin', answer, async (own) => {
    const { act, user } = own;
    const found = ownToken(own, answer.token);
    if (isRefusal(found)) return found;
    const key = documents.token(found.id);
    const edited = await editObject(ports, act, { type: 'token.updated' }, key, 'TOKEN_NOT_FOUND', (token) => {
      if (token.owner !== user.id) return refusal('TOKEN_NOT_FOUND');
      if (!token.pin || token.lock) return refusal('TOKEN_KEPT');
      const pin = newPin(ports, token, answer.pin, token.pin.position);
      return pin.mac === token.pin.mac ? token : { ...token, pin };
    });
    if (isRefusal(edited)) return edited;
    tellOwner(ports, user, 'pin', answer);
    return { done: {} };
  });
}
