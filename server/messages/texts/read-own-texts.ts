import type { Message } from '@countersign/ui/i18n/message';
import type { MailLanguage } from '../../kernel/mail.ts';
import type { OwnTexts, TextOwner } from '../../kernel/own-texts.ts';
import type { ReadPorts, TextPorts } from '../../kernel/ports/ports.ts';
import { textsDocument } from '../../resources/documents.ts';
import { checkText } from './check-text.ts';

/** Compiled texts by language and hash, the oldest first. Texts of a hash never change. */
const compiled = new Map<string, OwnTexts>();
const MAX_COMPILED = 100;

/**
 * The texts in this language that replace ours: those of the resource before the files of the resource, and these before
 * the files for all. Undefined if there are none; then nothing is read.
 *
 * @param owner the resource that a page or message is about, if there is one
 */
export async function readOwnTexts(
  { store, clock, texts }: TextPorts,
  language: MailLanguage,
  owner: TextOwner | undefined,
): Promise<OwnTexts | undefined> {
  const files = [texts.all.get(language), owner && texts.resources.get(owner.id)?.get(language)];
  const inFiles = files.map((file) => file?.messages);
  const layers = [...inFiles, await readStored({ store, clock }, language, owner)].flatMap((one) => one ?? []);
  const [first, ...others] = layers;
  if (!first || others.length === 0) return first;
  return new Map(layers.flatMap((layer) => [...layer]));
}

async function readStored(
  { store, clock }: ReadPorts,
  language: MailLanguage,
  owner: TextOwner | undefined,
): Promise<OwnTexts | undefined> {
  const hash = owner?.texts?.[language];
  if (!owner || hash === undefined) return undefined;
  const known = compiled.get(`${language}/${hash}`);
  if (known) return known;
  const [stored] = await store.getMany([textsDocument.key(owner.id, language)], clock.now());
  if (!stored) return undefined;
  const own = compileTexts(stored.value.texts, language);
  // Between the two reads they may have changed.
  compiled.set(`${language}/${stored.value.hash}`, own);
  const [oldest] = compiled.keys();
  if (compiled.size > MAX_COMPILED && oldest !== undefined) compiled.delete(oldest);
  return own;
}

/** Leaves out what other versions took: a text that lacks a value of today would hide it. */
export function compileTexts(texts: Readonly<Record<string, string>>, language: MailLanguage): OwnTexts {
  const entries = Object.entries(texts).flatMap(([key, text]): [string, Message][] => {
    const checked = checkText(key, text, language);
    return 'message' in checked ? [[key, checked.message]] : [];
  });
  return new Map(entries);
}
