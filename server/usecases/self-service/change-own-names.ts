import type { FlowView } from '@countersign/protocol/flow';
import type { OwnDetail } from '../../domain/self-service-policy.ts';
import type { User } from '../../domain/user.ts';
import { documents } from '../../ports/documents.ts';
import type { StepAnswer } from '../flow/answer-step.ts';
import { editObject } from '../objects/read-object.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { actOnSelf, ended, type SelfNeeds, stillStands } from './act-on-self.ts';

export interface OwnNames {
  /** Empty: none. */
  firstName?: string | undefined;
  secondName?: string | undefined;
}

/** First and second name, each where the resource leaves it to people. */
export function changeOwnNames(ports: SelfNeeds, answer: StepAnswer & { names: OwnNames }): Promise<Verdict<FlowView>> {
  return actOnSelf(ports, 'names', answer, async (own) => {
    const wanted = Object.entries(answer.names).filter(([, value]) => value !== undefined);
    const details: readonly string[] = own.resource.selfService?.details ?? ([] satisfies OwnDetail[]);
    if (wanted.some(([name]) => !details.includes(name))) return refusal('SELF_SERVICE_OFF');
    const key = documents.user(own.user.id);
    const edited = await editObject(ports, own.act, { type: 'user.updated' }, key, 'USER_NOT_FOUND', (user) => {
      if (!stillStands(user, own)) return ended;
      const next = Object.entries({ ...user, ...Object.fromEntries(wanted) }).filter(([, value]) => value !== '');
      const same = wanted.every(([name, value]) => (user[name as keyof OwnNames] ?? '') === value);
      return same ? user : (Object.fromEntries(next) as unknown as User);
    });
    return isRefusal(edited) ? edited : { done: {} };
  });
}
