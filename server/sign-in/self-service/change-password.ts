import { countUserAttempt } from '../../authentication/check-password.ts';
import { hashNewPassword } from '../../authentication/new-password.ts';
import type { EventDraft } from '../../kernel/event.ts';
import { type MailLanguage, mailBrand } from '../../kernel/mail.ts';
import { createEvent } from '../../kernel/request-context.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import { notifyUser } from '../../messages/notify.ts';
import { forRequest } from '../../store/request-ports.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { userDocument } from '../../users/documents.ts';
import { setOwnPassword } from '../../users/mailbox.ts';
import type { User } from '../../users/user.ts';
import type { Flow } from '../flow.ts';
import { passwordResetDocument } from '../recovery/password-reset/documents.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import {
  ended,
  hasSameCredentials,
  runSelfServiceAction,
  type SelfOutcome,
  type SelfServiceAction,
} from './run-action.ts';

/**
 * Changes the password of a user who knows the current one, which is asked for besides the reauthentication and counted
 * as at every sign-in. Sign-ins and pages that rest on the old password end (SR-38).
 */
export function changeOwnPassword(
  processPorts: SignInPorts,
  answer: StepRequest & { current: string; password: string; language: MailLanguage },
): Promise<Result<Flow>> {
  return runSelfServiceAction(processPorts, 'password', answer, async (own): Promise<Result<SelfOutcome>> => {
    const ports = forRequest(processPorts);
    const { flow, user } = own;
    const { address } = answer.client;
    const { account, resource } = flow;
    const asked = { account, resource, name: user.id, address, way: 'widget' } as const;
    const attempt = await countUserAttempt(ports, asked);
    if (isRefusal(attempt)) return attempt;
    try {
      // A weak hash is replaced during the check, which ends the page: rare, and safe.
      const right = await attempt.verify(answer.current);
      if (isRefusal(right)) return right;
      const hashed = await hashNewPassword(ports, right.user, answer.password);
      if (isRefusal(hashed)) return hashed;
      const changed = await write(ports, own, hashed.passwordHash);
      if (isRefusal(changed)) return changed;
      notifyUser(ports, changed.user, 'password', { ...answer, brand: mailBrand(own.resource) });
      return { done: {}, user: changed.user };
    } finally {
      await attempt.close();
    }
  });
}

function write(ports: SignInPorts, own: SelfServiceAction, passwordHash: string): Promise<Result<{ user: User }>> {
  const keys = [userDocument.key(own.user.id), passwordResetDocument.key(own.user.id)] as const;
  return transact<typeof keys, Result<{ user: User }>>(
    ports,
    keys[0].anchor,
    keys,
    ([stored, reset], now): Decision<Result<{ user: User }>> => {
      const before = stored?.value;
      if (!hasSameCredentials(before, own)) return { answer: ended };
      const user = setOwnPassword(before, passwordHash);
      const event: EventDraft = { type: 'user.updated', subject: user.id, changed: ['passwordHash'] };
      return {
        answer: { user },
        write: {
          put: [{ key: keys[0], value: user }],
          // A reset link that was mailed before is void.
          ...(reset && { delete: [keys[1]] }),
          append: [createEvent(own.act, event, now)],
        },
      };
    },
  );
}
