import { parseId } from '../domain/ids.ts';
import { originAllowed } from '../domain/origins.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';

/**
 * Who may have the frame around, and what the frame is called. The origin is the embedding page's own word and only
 * narrows: the browser enforces that it is the truth (SR-13). No ancestor: no such resource, or one that does not list
 * the origin; which of the two is not told.
 */
export async function frameAccess(
  ports: Pick<Ports, 'store' | 'clock'>,
  resource: string,
  origin: string,
): Promise<{ ancestor?: string; title?: string; passwordReset?: boolean; comparesBrowsers?: boolean }> {
  const id = parseId('res', resource);
  if (!id) return {};
  const [stored] = await ports.store.getMany([documents.resource(id)], ports.clock.now());
  if (!stored || !originAllowed(stored.value, origin)) return {};
  const { name: title, passwordReset = false, environment } = stored.value;
  return { ancestor: origin, title, passwordReset, comparesBrowsers: environment !== undefined };
}
