import type { Ports } from '../../kernel/ports/ports.ts';
import { storePurposeDocument } from '../../store/documents.ts';
import { WrongStorePurpose } from '../../store/set-store-purpose.ts';

/**
 * The demo's passwords are printed, so they must not get into any other store (SR-42).
 *
 * @throws WrongStorePurpose
 */
export async function expectDemoStore({ store }: Pick<Ports, 'store'>): Promise<void> {
  const [stored] = await store.getMany([storePurposeDocument.key()], 0);
  if (stored?.value.purpose !== 'demo') throw new WrongStorePurpose('demo');
}
