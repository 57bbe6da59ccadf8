import { readLines, writeLines } from './backup-file.ts';
import { parseId } from './domain/ids.ts';
import type { PlanCatalogue } from './domain/plans.ts';
import type { Ports } from './ports/index.ts';
import { backUp } from './usecases/back-up.ts';
import { bookEntry } from './usecases/book-entry.ts';
import { restoreBackup } from './usecases/restore-backup.ts';
import { rotateSigningKeys } from './usecases/rotate-signing-keys.ts';
import { isRefusal } from './usecases/verdict.ts';

/** What an operator does on the server. Each answers what to print. */

export async function backUpTo(ports: Pick<Ports, 'store' | 'clock'>, file: string): Promise<string> {
  const lines = await writeLines(file, backUp(ports));
  return `${lines} lines written to ${file}`;
}

export async function restoreFrom(ports: Parameters<typeof restoreBackup>[0], file: string): Promise<string> {
  const restored = await restoreBackup(ports, () => readLines(file));
  const { documents, indexEntries, events, leftOut, eventsLeft, backedUpAt } = restored;
  return [
    `restored the backup of ${new Date(backedUpAt).toISOString()}`,
    `documents      ${documents} (${leftOut} left out: what could be used a second time)`,
    `index entries  ${indexEntries}`,
    `events         ${events}${eventsLeft > 0 ? ` (${eventsLeft} stay in the backup: this store has fewer partitions)` : ''}`,
  ].join('\n');
}

export async function beginRotation(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  makeKey: Parameters<typeof rotateSigningKeys>[1],
): Promise<string> {
  const { begun, keys } = await rotateSigningKeys(ports, makeKey);
  const rows = keys.map(({ kid, algorithm, state, signsFromAt, retiresAt }) => {
    const until = retiresAt === undefined ? '' : `, published until ${new Date(retiresAt).toISOString()}`;
    return `${kid}  ${algorithm}  ${state}, signs from ${new Date(signsFromAt).toISOString()}${until}`;
  });
  return [begun ? 'a new key is published' : 'a new key has been published already', ...rows].join('\n');
}

/** @throws Error that says what is wrong with what was typed, or why it was refused */
export async function credit(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  plans: PlanCatalogue,
  typed: { account?: string | undefined; amount?: string | undefined; reference?: string | undefined },
): Promise<string> {
  const account = parseId('acc', typed.account);
  if (!account) throw new Error('--account takes the id of an account, such as acc_01k8dq9z2mp');
  if (!/^[1-9]\d{0,12}$/.test(typed.amount ?? '')) throw new Error('--amount takes minor units, such as 4900');
  if (!/^[\x21-\x7e]{1,200}$/.test(typed.reference ?? '')) throw new Error('--reference takes 1 to 200 characters');
  const verdict = await bookEntry(ports, { actor: { kind: 'operator', account } }, plans, {
    kind: 'credit',
    amount: Number(typed.amount),
    currency: plans.currency,
    reference: typed.reference ?? '',
    reason: 'payment',
  });
  if (isRefusal(verdict)) throw new Error(verdict.refused);
  const { number, amount, currency, balance } = verdict.entry;
  return `entry ${number}: credited ${amount}, balance ${balance} (minor units of ${currency})`;
}
