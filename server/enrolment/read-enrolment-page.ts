import { parseId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { EMPTY_INFO, type PublicInfo, publicInfo } from '../login/frame-policy.ts';
import { resourceDocument } from '../resources/documents.ts';

/** Whose page a mailed link leads to. That it names a resource tells nothing but the name that every visitor sees. */
export async function readEnrolmentPage(
  ports: Pick<Ports, 'store' | 'clock'>,
  text: string,
): Promise<{ resource: string; shown: PublicInfo }> {
  const nothing = { resource: '', shown: EMPTY_INFO };
  const id = parseId('res', text);
  if (!id) return nothing;
  const [resource] = await ports.store.getMany([resourceDocument.key(id)], ports.clock.now());
  if (!resource?.value.enrolment) return nothing;
  // No result comes of it, so browsers are not compared.
  return { resource: id, shown: { ...publicInfo(resource.value), comparesBrowsers: false } };
}
