/** The words of a part that is loaded later, which come with it; every language has the keys of the English ones. */
export interface Words<Key extends string> {
  (key: Key, ...values: (string | number)[]): string;
  /** Has to be over before the first word is needed. A language that does not load is English. */
  load(lang: string): Promise<void>;
}

export type Translation<English> = { readonly [Key in keyof English]?: string };

/**
 * @param languages beside English, each loaded when somebody reads it
 *
 * @example
 * export const words = createWords(en, { de: () => import('./words/de.ts').then(({ de }) => de) });
 */
export function createWords<const English extends Readonly<Record<string, string>>>(
  english: English,
  languages: Readonly<Record<string, () => Promise<Translation<English>>>>,
): Words<keyof English & string> {
  let dictionary: Translation<English> = english;
  const say = (key: keyof English & string, ...values: (string | number)[]): string =>
    (dictionary[key] ?? english[key] ?? '').replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)] ?? ''));
  return Object.assign(say, {
    async load(lang: string) {
      const wanted = Object.hasOwn(languages, lang) ? languages[lang] : undefined;
      dictionary = (await wanted?.().catch(() => undefined)) ?? english;
    },
  });
}

/** Words of several parts that a room needs at once. */
export function together(...all: Pick<Words<string>, 'load'>[]): { load(lang: string): Promise<void> } {
  return {
    async load(lang) {
      await Promise.all(all.map((one) => one.load(lang)));
    },
  };
}
