import { parseId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { resourceDocument } from '../resources/documents.ts';
import { originAllowed } from '../resources/origins.ts';
import type { Resource } from '../resources/resource.ts';

/** The public information about a resource that the sign-in shows. */
export interface PublicInfo {
  title: string;
  passwordReset: boolean;
  /** Whether the browser reports its signals. */
  comparesBrowsers: boolean;
  isTest: boolean;
  /** Hash of the logo. */
  logo?: string;
}

/** For a page without a resource. */
export const EMPTY_INFO: PublicInfo = {
  title: 'Countersign',
  passwordReset: false,
  comparesBrowsers: false,
  isTest: false,
};

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

export function publicInfo({ name: title, passwordReset = false, testMode, logo, environment }: Resource): PublicInfo {
  const comparesBrowsers = environment !== undefined;
  return {
    title,
    passwordReset,
    comparesBrowsers,
    isTest: testMode !== undefined,
    ...(logo !== undefined && { logo }),
  };
}
