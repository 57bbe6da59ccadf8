import { parseId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { resourceDocument } from '../resources/documents.ts';
import { originAllowed } from '../resources/origins.ts';
import { type PublicInfo, publicInfo } from '../resources/public-info.ts';

/**
 * The origins that may frame the page, and its title. The embedding page claims its own origin, which only narrows the
 * policy: the browser enforces that it is true (SR-13). Without ancestors: the resource does not exist, or does not
 * list the origin; the response does not reveal which.
 */
export async function frameAccess(
  ports: Pick<Ports, 'store' | 'clock'>,
  resource: string,
  origin: string,
): Promise<{ ancestor?: string; shown?: PublicInfo }> {
  const id = parseId('res', resource);
  if (!id) return {};
  const [stored] = await ports.store.getMany([resourceDocument.key(id)], ports.clock.now());
  if (!stored || !originAllowed(stored.value, origin)) return {};
  return { ancestor: origin, shown: publicInfo(stored.value) };
}
