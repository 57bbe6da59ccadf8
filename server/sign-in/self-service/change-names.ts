import type { OwnDetail } from '@countersign/protocol/resources';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { applyChanges } from '../../store/records/apply-changes.ts';
import { editObject } from '../../store/records/read-object.ts';
import { userDocument } from '../../users/documents.ts';
import type { Flow } from '../flow.ts';
import type { SignInPorts, StepRequest } from '../step-outcome.ts';
import { ended, hasSameCredentials, runSelfServiceAction } from './run-action.ts';

export interface OwnNames {
  /** Empty: removes it. */
  firstName?: string | undefined;
  secondName?: string | undefined;
}

/** Changes first and second name, each where the resource allows it. */
export function changeOwnNames(ports: SignInPorts, answer: StepRequest & { names: OwnNames }): Promise<Result<Flow>> {
  return runSelfServiceAction(ports, 'names', answer, async (own) => {
    const wanted = Object.entries(answer.names).filter(([, value]) => value !== undefined);
    const details: readonly string[] = own.resource.selfService?.details ?? ([] satisfies OwnDetail[]);
    if (wanted.some(([name]) => !details.includes(name))) return refusal('SELF_SERVICE_OFF');
    const key = userDocument.key(own.user.id);
    const edited = await editObject(ports, own.act, { type: 'user.updated' }, key, 'USER_NOT_FOUND', (user) => {
      if (!hasSameCredentials(user, own)) return ended;
      const { firstName, secondName } = answer.names;
      const same = wanted.every(([name, value]) => (user[name as keyof OwnNames] ?? '') === value);
      return same ? user : applyChanges(user, { firstName: orNull(firstName), secondName: orNull(secondName) });
    });
    return isRefusal(edited) ? edited : { done: {} };
  });
}

function orNull(name: string | undefined): string | null | undefined {
  return name === '' ? null : name;
}
