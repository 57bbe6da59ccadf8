import { parseId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { resourceDocument } from '../resources/documents.ts';
import { EMPTY_INFO, type PublicInfo, publicInfo } from '../resources/public-info.ts';

/** The page that a mailed link leads to. Its resource id reveals only the name that every visitor sees. */
export async function readEnrolmentPage(
  ports: Pick<Ports, 'store' | 'clock'>,
  text: string,
): Promise<{ resource: string; shown: PublicInfo }> {
  const nothing = { resource: '', shown: EMPTY_INFO };
  const id = parseId('res', text);
  if (!id) return nothing;
  const [resource] = await ports.store.getMany([resourceDocument.key(id)], ports.clock.now());
  if (!resource?.value.enrolment) return nothing;
  // The link leads to no result, so browsers are not compared.
  return { resource: id, shown: { ...publicInfo(resource.value), comparesBrowsers: false } };
}
