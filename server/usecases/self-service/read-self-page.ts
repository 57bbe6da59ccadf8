import { parseId } from '../../domain/ids.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { NOTHING_SHOWN, type Shown, shownOf } from '../flow/frame-access.ts';

/** Whose page it is. Without a resource that offers it, the same page says that there is nothing here. */
export async function readSelfPage(
  ports: Pick<Ports, 'store' | 'clock'>,
  text: string,
): Promise<{ resource: string; shown: Shown }> {
  const id = parseId('res', text);
  const [resource] = id ? await ports.store.getMany([documents.resource(id)], ports.clock.now()) : [];
  if (!id || !resource?.value.selfService) return { resource: '', shown: NOTHING_SHOWN };
  return { resource: id, shown: shownOf(resource.value) };
}
