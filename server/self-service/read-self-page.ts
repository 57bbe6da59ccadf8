import { parseId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports.ts';
import { NOTHING_SHOWN, type Shown, shownOf } from '../login/frame-policy.ts';
import { documents } from '../store/keys.ts';

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
