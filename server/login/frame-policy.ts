import { parseId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { resourceDocument } from '../resources/documents.ts';
import { originAllowed } from '../resources/origins.ts';
import type { Resource } from '../resources/resource.ts';

/** What the sign-in shows of its resource. */
export interface PublicInfo {
  title: string;
  passwordReset: boolean;
  /** Whether the browser says what it is like. */
  comparesBrowsers: boolean;
  isTest: boolean;
  /** Hash of the logo. */
  logo?: string;
}

/** Where there is no resource whose page it could be. */
export const EMPTY_INFO: PublicInfo = {
  title: 'Countersign',
  passwordReset: false,
  comparesBrowsers: false,
  isTest: false,
};

/**
 * Who may have the frame around, and what the frame is called. The origin is the embedding page's own word and only
 * narrows: the browser enforces that it is the truth (SR-13). No ancestor: no such resource, or one that does not list
 * the origin; which of the two is not told.
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
