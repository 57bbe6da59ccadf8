import { CodedError } from '@countersign/protocol/coded-error';
import type { WritePorts } from '../kernel/ports/ports.ts';
import type { StoreReader } from '../kernel/ports/store.ts';
import { storePurposeDocument } from './documents.ts';
import { decidePurpose, type StorePurpose } from './store-purpose.ts';
import { transact } from './transact.ts';

/** The store belongs to a demo and not to a service, or the other way round. */
export class WrongStorePurpose extends CodedError {
  readonly code = 'WRONG_STORE_PURPOSE';
  constructor(wanted: StorePurpose) {
    super(
      wanted === 'demo'
        ? 'this store was not filled by the demo: give the demo a folder of its own in COUNTERSIGN_DATA, and no COUNTERSIGN_STORE'
        : 'this store was filled by the demo, whose password and API key are no secret: give the service another folder in COUNTERSIGN_DATA, or another COUNTERSIGN_STORE',
    );
  }
}

/**
 * Stores the purpose of the store before anything else is written to it (SR-42). Of two processes that start at once
 * with different purposes one succeeds.
 *
 * @throws WrongStorePurpose if the store has another purpose
 */
export async function setStorePurpose(ports: WritePorts, wanted: StorePurpose): Promise<void> {
  const key = storePurposeDocument.key();
  const isEmpty = wanted === 'demo' && (await isStoreEmpty(ports));
  const decision = await transact(ports, key.anchor, [key], ([current]) => {
    const answer = decidePurpose(wanted, current?.value.purpose, isEmpty);
    return { answer, ...(answer === 'set' && { write: { put: [{ key, value: { purpose: wanted } }] } }) };
  });
  if (decision === 'refuse') throw new WrongStorePurpose(wanted);
}

/**
 * The demo's passwords are printed, so they must not get into any other store (SR-42).
 *
 * @throws WrongStorePurpose
 */
export async function expectDemoStore({ store }: { store: StoreReader }): Promise<void> {
  const [stored] = await store.getMany([storePurposeDocument.key()], 0);
  if (stored?.value.purpose !== 'demo') throw new WrongStorePurpose('demo');
}

/** True if there is no document, no index entry and no event. */
export async function isStoreEmpty({ store }: { store: StoreReader }): Promise<boolean> {
  let after: string | undefined;
  do {
    const page = await store.scan(after, 100);
    if (page.records.length > 0) return false;
    after = page.next;
  } while (after !== undefined);
  for (let partition = 0; partition < store.partitions; partition++) {
    if ((await store.readEvents(partition, 0, 1)).length > 0) return false;
  }
  return true;
}
