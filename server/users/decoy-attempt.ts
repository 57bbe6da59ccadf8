import type { AccountId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { ABSENT, type Json } from '../kernel/ports/store.ts';
import { newOperation } from '../store/transact.ts';
import { decoyAttemptDocument } from './documents.ts';

/** Names that nobody holds count under a MAC, so that the store keeps no list of what people mistyped. */
export function unknownSubject(ports: Pick<Ports, 'secrets'>, account: AccountId, name: string): string {
  const mac = ports.secrets.mac('unknown-name', JSON.stringify([account, normaliseName(name)]));
  return `unknown/${Buffer.from(mac).toString('base64url')}`;
}

/** About as long as a token's record. */
export const BURNT = { filler: 'x'.repeat(480) };

/**
 * One durable commit that changes nothing but may tell of itself. A one-time password that has nothing to be checked
 * against costs what a counted failure costs, so that the clock does not tell who exists and who has a working token
 * (SR-17, SR-70): one expected version, one record of a token's length. A fixed number of records takes all of them, so that wrong
 * codes do not fill the store.
 */
export async function decoyAttempt(ports: Pick<Ports, 'store' | 'clock' | 'random'>, event?: Json): Promise<void> {
  const now = ports.clock.now();
  const record = anyRecord(ports);
  const written = decoyAttemptDocument.key(record);
  await ports.store.commit({
    anchor: written.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key: decoyAttemptDocument.key(record, 'none'), version: ABSENT }],
    put: [{ key: written, value: BURNT }],
    ...(event !== undefined && { append: [event] }),
  });
}

/** Where one-time passwords of a person wait for one another. */
export function factorQueueKey(subject: string): string {
  return `otp/${subject}`;
}

/**
 * Where those wait that come for a name alone, known or unknown. Were it the line of the user, one name could be turned away because
 * of another, and would tell that both are theirs (SR-17).
 */
export function typedNameQueueKey(account: AccountId, name: string): string {
  return `typed/${account}/${normaliseName(name)}`;
}

/** One of 256 records. */
export function anyRecord(ports: Pick<Ports, 'random'>): number {
  return ports.random.bytes(1)[0] ?? 0;
}
