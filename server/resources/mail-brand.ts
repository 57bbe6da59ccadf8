import type { ResourceId } from '../kernel/ids.ts';
import { type MailBrand, type MailLanguage, mailBrand, mailLanguage } from '../kernel/mail.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import { resourceDocument } from './documents.ts';
import type { Resource } from './resource.ts';

/** Undefined if no resource is known, or it is gone. */
export async function readMailBrand(ports: ReadPorts, id: ResourceId | undefined): Promise<MailBrand | undefined> {
  if (id === undefined) return undefined;
  const [stored] = await ports.store.getMany([resourceDocument.key(id)], ports.clock.now());
  return stored && mailBrand(stored.value);
}

/** The language of a message about this resource whose language its sender leaves open. */
export function resourceLanguage(resource: Pick<Resource, 'appearance'> | undefined): MailLanguage {
  return mailLanguage(resource?.appearance?.locale);
}
