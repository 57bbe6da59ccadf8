import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { readMessages } from '@countersign/ui/i18n/read-languages';
import type { ResourceId } from '../../kernel/ids.ts';
import type { MailLanguage } from '../../kernel/mail.ts';
import type { TextPorts } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import { textsDocument } from '../../resources/documents.ts';
import { showResource } from '../../resources/resource-access.ts';
import { CATALOGUE, type CatalogueText, TEXT_PARTS } from './catalogue.ts';

interface ListedText extends CatalogueText {
  /** As we say it in the language. */
  ours: string;
  /** The resource's own. */
  own?: string;
  /** That of the operator's files, in place of ours. */
  inFiles?: string;
}

/** Every text that a resource can replace, in one language. */
export async function listTexts(
  ports: TextPorts,
  act: RequestContext,
  id: ResourceId,
  language: MailLanguage,
): Promise<Result<{ texts: ListedText[] }>> {
  const found = await showResource(ports, act, id);
  if (isRefusal(found)) return found;
  const [stored] = await ports.store.getMany([textsDocument.key(id, language)], ports.clock.now());
  const own = new Map(Object.entries(stored?.value.texts ?? {}));
  const files = [ports.texts.all.get(language), ports.texts.resources.get(id)?.get(language)];
  const inFiles = new Map(files.flatMap((file) => Object.entries(file?.written ?? {})));
  const ours = new Map<string, string>(
    Object.entries(TEXT_PARTS).flatMap(([part, file]) =>
      Object.entries(readMessages(language, file)).map(([name, text]) => [`${part}.${name}`, text] as const),
    ),
  );
  const texts = [...CATALOGUE.values()].map((text) => ({
    ...text,
    ours: ours.get(text.key) ?? '',
    ...omitUndefined({ inFiles: inFiles.get(text.key), own: own.get(text.key) }),
  }));
  return { texts };
}
