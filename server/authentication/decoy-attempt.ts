import type { AccountId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { ABSENT, type Json } from '../kernel/ports/store.ts';
import { anyRecord, DECOY_RECORD_COUNT } from '../passwords/password-counters.ts';
import { newOperation } from '../store/transact.ts';
import { decoyAttemptDocument } from './documents.ts';

/** Unknown names are counted under a MAC, so that the store keeps no list of mistyped names. */
export function unknownSubject(ports: Pick<Ports, 'secrets'>, account: AccountId, name: string): string {
  const mac = ports.secrets.mac('unknown-name', JSON.stringify([account, normaliseName(name)]));
  return `unknown/${Buffer.from(mac).toString('base64url')}`;
}

/** About as long, and with as many fields, as the records that it stands for: a user's, and their token's. */
export const BURNT = {
  filler: Object.fromEntries(Array.from({ length: 14 }, (_, at) => [`field${at}`, 'x'.repeat(15)])),
};

/**
 * One durable commit that changes nothing and may write an event. A one-time password without a token to check it
 * against costs what a counted failure costs, so that timing does not reveal which users exist and which have a working
 * token (SR-17, SR-70): one expected version, one record of a token's length. All attempts share a fixed number of
 * records, so that wrong codes do not fill the store.
 */
export async function decoyAttempt(ports: Pick<Ports, 'store' | 'clock' | 'random'>, event?: Json): Promise<void> {
  const now = ports.clock.now();
  const record = anyRecord(ports);
  const written = decoyAttemptDocument.key(record);
  await ports.store.commit({
    anchor: written.anchor,
    operation: newOperation(ports),
    once: true,
    now,
    expect: [{ key: decoyAttemptDocument.key(record, 'none'), version: ABSENT }],
    put: [{ key: written, value: BURNT }],
    ...(event !== undefined && { append: [event] }),
  });
}

/**
 * Writes the records that do not exist yet. To read an absent one takes less time, so that on a new installation the
 * response times would show which names exist until wrong codes had written them all (SR-70).
 */
export async function writeDecoyRecords(ports: Pick<Ports, 'store' | 'clock' | 'random'>): Promise<void> {
  const now = ports.clock.now();
  const keys = Array.from({ length: DECOY_RECORD_COUNT }, (_, record) => decoyAttemptDocument.key(record));
  const stored = await ports.store.getMany(keys, now);
  const absent = keys.filter((_, record) => stored[record] === undefined);
  await Promise.all(
    absent.map((key) =>
      ports.store.commit({
        anchor: key.anchor,
        operation: newOperation(ports),
        now,
        // A conflict: another process has written it.
        expect: [{ key, version: ABSENT }],
        put: [{ key, value: BURNT }],
      }),
    ),
  );
}

/**
 * The queue key of attempts by a name alone, known or unknown. On the user's own queue, one name could be refused
 * because of another, which would reveal that both belong to one user (SR-17).
 */
export function typedNameQueueKey(account: AccountId, name: string): string {
  return `typed/${account}/${normaliseName(name)}`;
}
