import { parseId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { resourceDocument } from '../resources/documents.ts';
import { EMPTY_INFO, type PublicInfo, publicInfo } from '../resources/public-info.ts';

/** The resource's self-service page. If the resource has none, the page reports that nothing is here. */
export async function readSelfPage(
  ports: Pick<Ports, 'store' | 'clock'>,
  text: string,
): Promise<{ resource: string; shown: PublicInfo }> {
  const id = parseId('res', text);
  const [resource] = id ? await ports.store.getMany([resourceDocument.key(id)], ports.clock.now()) : [];
  if (!id || !resource?.value.selfService) return { resource: '', shown: EMPTY_INFO };
  return { resource: id, shown: publicInfo(resource.value) };
}
