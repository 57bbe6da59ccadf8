import type { AccountId } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { byCreation, reindex } from '../store/index-entries.ts';
import { type Decision, transact } from '../store/transact.ts';
import type { AccountDeletion } from './account.ts';
import { accountDeletionDocument, accountDocument, accountIndexes } from './documents.ts';

/**
 * Deletes an account. From this commit on its API keys, sessions and sign-ins are refused, because each of them needs
 * the account; everything else follows in the background. It can be repeated.
 *
 * @param confirm the name of the account
 * @param isForced even if credit is left
 */
export async function deleteAccount(
  ports: WritePorts,
  id: AccountId,
  { confirm, isForced }: { confirm: string; isForced: boolean },
): Promise<Result<{ deletion: AccountDeletion }>> {
  const [key, deletionKey] = [accountDocument.key(id), accountDeletionDocument.key(id)];
  type Outcome = Result<{ deletion: AccountDeletion }>;
  return transact(ports, id, [key, deletionKey], ([stored, before], now): Decision<Outcome> => {
    if (!stored) return { answer: before ? { deletion: before.value } : refusal('ACCOUNT_NOT_FOUND') };
    const account = stored.value;
    if (account.name !== confirm)
      return { answer: refusal('INPUT_INVALID', { detail: 'confirm: the name of the account' }) };
    const { amount = 0, currency = '' } = account.balance ?? {};
    if (amount > 0 && !isForced) {
      return { answer: refusal('INPUT_INVALID', { detail: `force: ${amount} minor units of ${currency} are left` }) };
    }
    const deletion: AccountDeletion = { id, requestedAt: now };
    return {
      answer: { deletion },
      write: {
        put: [{ key: deletionKey, value: deletion }],
        delete: [key],
        index: [
          ...reindex(deletionKey, before?.value, deletion),
          { index: accountIndexes.created(), remove: byCreation(account) },
        ],
      },
    };
  });
}
