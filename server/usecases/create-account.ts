import type { Account, ServicePlan } from '../domain/account.ts';
import { idFromBytes } from '../domain/ids.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { byCreation, indexes } from '../ports/indexes.ts';
import { ABSENT } from '../ports/store.ts';
import { type Act, eventOf } from './act.ts';
import { newOperation } from './transact.ts';
import { refusal, type Verdict } from './verdict.ts';

const FREE: ServicePlan = { name: 'Free', active: true };

/** A new customer; on the free, unlimited plan unless another one is given. */
export async function createAccount(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  input: { name: string; plan?: ServicePlan },
): Promise<Verdict<{ account: Account }>> {
  const now = ports.clock.now();
  const id = idFromBytes('acc', ports.random.bytes(7));
  const account: Account = { id, name: input.name, plan: input.plan ?? FREE, createdAt: now };
  const key = documents.account(id);
  const act: Act = { actor: { kind: 'operator', account: id } };
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key, version: ABSENT }],
    put: [{ key, value: account }],
    index: [{ index: indexes.accounts(), add: byCreation(account) }],
    append: [eventOf(act, { type: 'account.created', subject: id }, now)],
  });
  return outcome === 'committed' ? { account } : refusal('CONTENTION');
}
