import type { RefusalCode } from '../../shared/wire/codes.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import type { DocumentKey } from '../ports/store.ts';
import { type Decision, transact } from './transact.ts';
import { type Refusal, refusal, type Verdict } from './verdict.ts';

/** One object of the account. Another account's object is as absent as one that never was. */
export async function readObject<T extends { account: string }>(
  ports: Pick<Ports, 'store' | 'clock'>,
  account: AccountId,
  key: DocumentKey<T>,
  missing: RefusalCode,
): Promise<{ object: T } | Refusal> {
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  return stored?.value.account === account ? { object: stored.value } : refusal(missing);
}

/** Changes one object of the account by a pure edit, which may refuse. */
export function editObject<T extends { account: string }>(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  account: AccountId,
  key: DocumentKey<T>,
  missing: RefusalCode,
  edit: (object: T, now: number) => T | Refusal,
): Promise<Verdict<{ object: T }>> {
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Verdict<{ object: T }>> => {
    if (stored?.value.account !== account) return { answer: refusal(missing) };
    const edited = edit(stored.value, now);
    if ('refused' in edited) return { answer: edited };
    return { answer: { object: edited }, write: { put: [{ key, value: edited }] } };
  });
}
