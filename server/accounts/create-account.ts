import { idFromBytes } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { ABSENT } from '../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { byCreation } from '../store/index-entries.ts';
import { newOperation, type Write } from '../store/transact.ts';
import type { Account, ServicePlan } from './account.ts';
import { accountDocument, accountIndexes } from './documents.ts';

const FREE: ServicePlan = { name: 'Free', active: true };

/**
 * Creates an account; on the free, unlimited plan by default.
 *
 * @param furnish further documents to write on the account's anchor in the same commit
 */
export async function createAccount(
  ports: WritePorts,
  input: { name: string; plan?: ServicePlan },
  furnish: (account: Account, now: number) => { account: Account; write: Write } = (account) => ({
    account,
    write: {},
  }),
): Promise<Result<{ account: Account }>> {
  const now = ports.clock.now();
  const id = idFromBytes('acc', ports.random.bytes(7));
  const bare: Account = { id, name: input.name, plan: input.plan ?? FREE, createdAt: now };
  const key = accountDocument.key(id);
  const { account, write } = furnish(bare, now);
  const act: RequestContext = { actor: { kind: 'operator', account: id } };
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key, version: ABSENT }],
    put: [{ key, value: account }, ...(write.put ?? [])],
    index: [{ index: accountIndexes.created(), add: byCreation(account) }, ...(write.index ?? [])],
    append: [createEvent(act, { type: 'account.created', subject: id }, now), ...(write.append ?? [])],
  });
  return outcome === 'committed' ? { account } : refusal('CONTENTION');
}
