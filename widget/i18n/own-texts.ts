import type { FrameTexts } from '@countersign/protocol/frame-texts';
import type { Message } from '@countersign/ui/i18n/message';
import { createTranslate, type Dictionary, type Translate } from '@countersign/ui/i18n/translate';

/** The parts of the sign-in, whose texts are one dictionary. */
const SIGN_IN = ['sign-in', 'passkeys', 'signing', 'standalone', 'trust', 'mailed'];

/** The texts by language, once they are asked for. */
const asked = new Map<string, Promise<FrameTexts>>();

/**
 * Puts the texts of the resource in place of ours. They come with the document in its language, and in another one are
 * asked for.
 *
 * @param parts whose texts these are. Default: those of the sign-in
 */
export async function replaceTexts<Key extends string>(
  ours: Translate<Key>,
  parts: readonly string[] = SIGN_IN,
): Promise<Translate<Key>> {
  const { lang, dir } = ours;
  const { texts } = await textsIn(lang);
  const own = Object.entries(texts as Record<string, Message>).flatMap(([name, message]) => {
    const [part = '', ...key] = name.split('.');
    return parts.includes(part) ? [[key.join('.'), message] as const] : [];
  });
  const messages = Object.fromEntries(own) as unknown as Dictionary<Key>;
  return createTranslate(lang, { ...messages, direction: dir }, ours);
}

function textsIn(lang: string): Promise<FrameTexts> {
  const { texts = '{}' } = document.documentElement.dataset;
  const inDocument = JSON.parse(texts) as FrameTexts;
  const found =
    asked.get(lang) ??
    (inDocument.lang === lang ? Promise.resolve(inDocument) : fetchTexts(lang).catch(() => ({ lang, texts: {} })));
  asked.set(lang, found);
  return found;
}

/** The resource is named by the address of the document, or by a hosted page in its own data. */
async function fetchTexts(lang: string): Promise<FrameTexts> {
  const { resource } = document.documentElement.dataset;
  const id = resource ?? new URLSearchParams(location.search).get('resource') ?? '';
  const answer = await fetch(`/widget/v1/texts.json?${new URLSearchParams({ resource: id, lang })}`);
  if (!answer.ok) throw new Error('The texts of the resource did not load');
  return (await answer.json()) as FrameTexts;
}
