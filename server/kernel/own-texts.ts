import { createHash } from 'node:crypto';
import type { Message } from '@countersign/ui/i18n/message';
import { readTranslate } from '@countersign/ui/i18n/read-languages';
import { createTranslate, type Dictionary, type Translate } from '@countersign/ui/i18n/translate';
import type { ResourceId } from './ids.ts';

/** Texts of the operator or of a resource's administrators in one language, compiled, by keys such as `mail.hello`. */
export type OwnTexts = ReadonlyMap<string, Message>;

/** The texts of one file. */
export interface TextFile {
  messages: OwnTexts;
  /** The same as they are in the file. */
  written: Readonly<Record<string, string>>;
}

/** The texts in the files of `COUNTERSIGN_TEXTS_DIR`. */
export interface TextFiles {
  /** By language, for every resource and for mails about none. */
  all: ReadonlyMap<string, TextFile>;
  resources: ReadonlyMap<ResourceId, ReadonlyMap<string, TextFile>>;
  /** The HTML around every mail, with `{content}` once. */
  mailFrame?: string;
}

export const NO_TEXT_FILES: TextFiles = { all: new Map(), resources: new Map() };

/** Whose texts apply: a resource, and the hash of its stored texts by language. */
export interface TextOwner {
  id: ResourceId;
  texts?: Readonly<Record<string, string>>;
}

/**
 * The messages of a file, with own texts in place of ours.
 *
 * @param file below the language's folder, without `.json`
 */
export function translateWith<Key extends string>(
  own: OwnTexts | undefined,
  lang: string,
  file: string,
): Translate<Key> {
  const ours = readTranslate<Key>(lang, file);
  const messages = own && messagesOf<Key>(own, file.replace('widget/', ''));
  return messages && Object.keys(messages).length > 0 ? createTranslate<Key>(ours.lang, messages, ours) : ours;
}

/** The own texts of a part, by their keys in its file. */
function messagesOf<Key extends string>(own: OwnTexts, part: string): Dictionary<Key> {
  const prefix = `${part}.`;
  const entries = [...own].filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(entries.map(([key, message]) => [key.slice(prefix.length), message])) as Dictionary<Key>;
}

/** SHA-256 of stored texts, in hex: other texts have another one. */
export function hashTexts(texts: Readonly<Record<string, string>>): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}
