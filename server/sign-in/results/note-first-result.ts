import { firstResultDocument } from '../../accounts/documents.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { recordOnce } from '../../store/record-once.ts';
import type { ResultRecord } from '../flow.ts';

/**
 * Whether a user has signed in to a site or an app: not in the trial of the console, which embeds the widget on the
 * service's own origin, not on a test resource, and not to confirm a transaction.
 */
export function isRealSignIn(
  { test, transaction, origin, app }: Pick<ResultRecord, 'test' | 'transaction' | 'origin' | 'app'>,
  issuer: string,
): boolean {
  return !test && transaction === undefined && (origin !== issuer || app !== undefined);
}

/** Notes for the checklist that a page of a site has a result, which its backend may verify by itself. */
export function noteFirstResult(
  ports: Pick<Ports, 'store' | 'clock' | 'random'> & { issuer: string },
  result: ResultRecord | undefined,
): void {
  if (result && isRealSignIn(result, ports.issuer)) void recordOnce(ports, firstResultDocument.key(result.account));
}
