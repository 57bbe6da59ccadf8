import { parseId } from '../../domain/ids.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { type Shown, shownOf } from '../flow/frame-access.ts';

/** Whose page a mailed link leads to. That it names a resource tells nothing but the name that every visitor sees. */
export async function readEnrolmentPage(
  ports: Pick<Ports, 'store' | 'clock'>,
  text: string,
): Promise<{ resource: string; shown: Shown }> {
  // No result comes of it, so browsers are not compared.
  const plain = { passwordReset: false, comparesBrowsers: false };
  const nothing = { resource: '', shown: { title: 'Countersign', isTest: false, ...plain } };
  const id = parseId('res', text);
  if (!id) return nothing;
  const [resource] = await ports.store.getMany([documents.resource(id)], ports.clock.now());
  if (!resource?.value.enrolment) return nothing;
  return { resource: id, shown: { ...shownOf(resource.value), comparesBrowsers: false } };
}
