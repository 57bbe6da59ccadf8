import type { AccountId } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { transact } from '../store/transact.ts';
import { accountDocument } from './documents.ts';

/**
 * Notes the costliest hash that was ever imported to an account, before a user has it. Wrong passwords of the account
 * then take as long as a check of that hash, for every name (SR-78).
 */
export async function noteHashCost(ports: WritePorts, account: AccountId, costMs: number): Promise<void> {
  // An import of many users reads the account once.
  const { hashCosts: noted } = ports.store.memory;
  if (costMs <= (noted.get(account) ?? 0)) return;
  const key = accountDocument.key(account);
  await transact(ports, key.anchor, [key], ([stored]) => {
    if (!stored || costMs <= (stored.value.importedHashCostMs ?? 0)) return { answer: undefined };
    return { answer: undefined, write: { put: [{ key, value: { ...stored.value, importedHashCostMs: costMs } }] } };
  });
  noted.set(account, costMs);
}
