import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { SecretPorts } from '../../kernel/ports/ports.ts';
import type { ScannedRecord, ScanPage } from '../../kernel/ports/store.ts';
import { yieldToEventLoop } from '../../kernel/yield-to-event-loop.ts';
import { newOperation, transact } from '../../store/transact.ts';
import { CATALOGUE } from './catalogue.ts';
import { reencryptionDocument } from './documents.ts';
import type { Reencryption, SecretCount } from './reencryption.ts';
import { keyIdOf, replaceSealed, sealedTexts } from './sealed-secrets.ts';

type Document = Extract<ScannedRecord, { kind: 'document' }>;

const PAGE = 200;
/** The most walks in a row while each still finds documents that changed during it. */
const MAX_WALKS = 5;

/**
 * One bounded step of re-encrypting every secret with the current master key (SR-22). The position is in the store, so
 * a restart continues there; two at once do the work twice without harm. The service keeps working meanwhile: secrets
 * sealed with an older key still open.
 *
 * @throws Error if a secret does not open with any of the master keys
 */
export async function reencryptStep(ports: SecretPorts, pageSize = PAGE): Promise<Reencryption> {
  const key = reencryptionDocument.key();
  const { keyId } = ports.secrets;
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  const before: Reencryption =
    stored?.value.keyId === keyId && stored.value.finishedAt === undefined
      ? stored.value
      : { keyId, resealed: 0, missed: 0, startedAt: ports.clock.now() };
  const page = await scanFrom(ports, before.after, pageSize);
  let { resealed, missed } = before;
  for (const record of page.records) {
    if (record.kind !== 'document') continue;
    const done = await resealDocument(ports, record);
    if (done === 'missed') missed += 1;
    else resealed += done;
  }
  const { after: _left, ...rest } = before;
  const progress: Reencryption = {
    ...rest,
    resealed,
    missed,
    ...(page.next === undefined ? { finishedAt: ports.clock.now() } : { after: page.next }),
  };
  return transact(ports, key.anchor, [key], () => ({
    answer: progress,
    write: { put: [{ key, value: progress }] },
  }));
}

/**
 * Re-encrypts every secret, a step at a time, until a walk has missed none.
 *
 * @param isStopped checked between the steps
 */
export async function reencryptSecrets(
  ports: SecretPorts,
  isStopped: () => boolean = () => false,
): Promise<Reencryption> {
  for (let walks = 0; ; ) {
    const progress = await reencryptStep(ports);
    if (isStopped()) return progress;
    if (progress.finishedAt === undefined) continue;
    walks += 1;
    if (progress.missed === 0 || walks === MAX_WALKS) return progress;
  }
}

/**
 * The number of secrets per master key; some may be counted twice. An old key can be removed once it seals no secret.
 */
export async function countSecrets({ store, clock, secrets }: SecretPorts): Promise<SecretCount> {
  const count: SecretCount = { current: 0, old: {}, unknown: {} };
  let after: string | undefined;
  do {
    const page = await store.scan(after, PAGE);
    for (const record of page.records) {
      if (record.kind !== 'document' || hasExpired(record, clock.now())) continue;
      const known = new Set(CATALOGUE.secretsOf(record.key, record.value).map(({ sealed }) => sealed));
      for (const sealed of sealedTexts(record.value)) {
        if (!known.has(sealed)) count.unknown[record.key.name] = (count.unknown[record.key.name] ?? 0) + 1;
        if (secrets.isCurrent(sealed)) count.current += 1;
        else count.old[keyIdOf(sealed)] = (count.old[keyIdOf(sealed)] ?? 0) + 1;
      }
    }
    // Searching a document costs more than reading it, which is all that the store counts.
    await yieldToEventLoop();
    after = page.next;
  } while (after !== undefined);
  return count;
}

async function resealDocument(ports: SecretPorts, record: Document): Promise<number | 'missed'> {
  const { value, version, expiresAt } = record;
  const document = CATALOGUE.documentOf(record.key);
  if (document === undefined) return 0;
  const key = { ...record.key, document };
  const now = ports.clock.now();
  const stale = document.secrets(value, key).filter(({ sealed }) => !ports.secrets.isCurrent(sealed));
  if (stale.length === 0 || hasExpired(record, now)) return 0;
  const replacements = stale.map(({ sealed, context }) => {
    const plain = ports.secrets.open(sealed, context);
    return [sealed, ports.secrets.seal(plain, context)] as const;
  });
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key, version }],
    put: [{ key, value: replaceSealed(value, new Map(replacements)), ...omitUndefined({ expiresAt }) }],
  });
  return outcome === 'committed' ? stale.length : 'missed';
}

function hasExpired({ expiresAt = Number.POSITIVE_INFINITY }: Document, now: number): boolean {
  return expiresAt <= now;
}

/** A walk that cannot continue (the store was moved) starts over: only secrets under other keys are re-encrypted. */
async function scanFrom({ store }: SecretPorts, after: string | undefined, limit: number): Promise<ScanPage> {
  try {
    return await store.scan(after, limit);
  } catch (error) {
    if (after === undefined || !(error instanceof RangeError)) throw error;
    return store.scan(undefined, limit);
  }
}
