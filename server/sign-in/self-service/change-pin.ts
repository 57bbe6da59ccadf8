import { type MailLanguage, mailBrand } from '../../kernel/mail.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { notifyUser } from '../../messages/notify.ts';
import { editObject } from '../../store/records/read-object.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { endShownFactors } from '../../tokens/end-shown-factors.ts';
import { endTrust } from '../../tokens/lockout.ts';
import { newPin } from '../../tokens/pin.ts';
import type { Flow } from '../flow.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { ownToken } from './context.ts';
import { runSelfServiceAction } from './run-action.ts';

/**
 * Changes the PIN of a token that has one. Tokens from an administrator are included, because only the owner may know
 * the PIN. Its position stays, and the owner can neither add nor remove one.
 */
export function changeOwnPin(
  ports: SignInPorts,
  answer: StepRequest & { token: string; pin: string; language: MailLanguage },
): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, 'pin', answer, async (own) => {
    const { act, user } = own;
    const found = ownToken(own, answer.token);
    if (isRefusal(found)) return found;
    const key = tokenDocument.key(found.id);
    if (found.token.pin && !found.token.lock) await endShownFactors(ports, user);
    const edited = await editObject(ports, act, { type: 'token.updated' }, key, 'TOKEN_NOT_FOUND', (token) => {
      if (token.owner !== user.id) return refusal('TOKEN_NOT_FOUND');
      if (!token.pin || token.lock) return refusal('TOKEN_KEPT');
      const pin = newPin(ports, token, answer.pin, token.pin.position);
      return pin.mac === token.pin.mac ? token : endTrust({ ...token, pin });
    });
    if (isRefusal(edited)) return edited;
    const { name: tokenName } = edited.object;
    notifyUser(ports, user, 'pin', { ...answer, brand: mailBrand(own.resource), tokenName });
    return { done: {} };
  });
}
