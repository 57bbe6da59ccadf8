import { parseId } from '../domain/ids.ts';
import { frameAncestors } from '../domain/origins.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';

/**
 * Who may have the frame around. The origin is the embedding page's own word and only narrows: the browser enforces
 * that it is the truth (SR-13). `ancestors` is `'none'` when the resource does not exist or does not list it.
 */
export async function frameAccess(
  ports: Pick<Ports, 'store' | 'clock'>,
  resource: string,
  origin: string,
): Promise<{ ancestors: string; title?: string }> {
  const id = parseId('res', resource);
  if (!id) return { ancestors: "'none'" };
  const [stored] = await ports.store.getMany([documents.resource(id)], ports.clock.now());
  if (!stored) return { ancestors: "'none'" };
  const ancestors = frameAncestors(stored.value, origin);
  return ancestors === "'none'" ? { ancestors } : { ancestors, title: stored.value.name };
}
