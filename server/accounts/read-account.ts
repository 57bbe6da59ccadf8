import { maySee } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import type { Account } from './account.ts';
import { accountDocument } from './documents.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

export async function readAccount(ports: Needs, act: RequestContext): Promise<Result<{ account: Account }>> {
  if (!maySee(act.actor)) return refusal('FORBIDDEN');
  return accountOf(ports, act);
}

/** The account of the actor, without a check of their rights. */
export async function accountOf(ports: Needs, act: RequestContext): Promise<Result<{ account: Account }>> {
  const [stored] = await ports.store.getMany([accountDocument.key(act.actor.account)], ports.clock.now());
  return stored ? { account: stored.value } : refusal('ACCOUNT_NOT_FOUND');
}
