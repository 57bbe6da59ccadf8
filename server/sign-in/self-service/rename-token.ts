import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { editObject } from '../../store/records/read-object.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import type { Flow } from '../flow.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { ownToken } from './context.ts';
import { runSelfServiceAction } from './run-action.ts';
import { isOwnMade } from './self-service.ts';

/** Renames a token. A token that an administrator handed out keeps the name by which the administrator knows it. */
export function renameOwnToken(
  ports: SignInPorts,
  answer: StepRequest & { token: string; name: string },
): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, 'rename-token', answer, async (own) => {
    const { act, user } = own;
    const found = ownToken(own, answer.token);
    if (isRefusal(found)) return found;
    const key = tokenDocument.key(found.id);
    const edited = await editObject(ports, act, { type: 'token.updated' }, key, 'TOKEN_NOT_FOUND', (token) => {
      if (token.owner !== user.id) return refusal('TOKEN_NOT_FOUND');
      if (!isOwnMade(token, user.id)) return refusal('TOKEN_KEPT');
      return token.name === answer.name ? token : { ...token, name: answer.name };
    });
    return isRefusal(edited) ? edited : { done: {} };
  });
}
