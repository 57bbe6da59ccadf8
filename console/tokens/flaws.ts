import { createWords } from '../i18n/words.ts';
import { en } from './words/flaws-en.ts';

/** What can be wrong with a file of tokens; the English ones are those of the service. */
export const flaws = createWords(en, { de: () => import('./words/flaws-de.ts').then(({ de }) => de) });

export type Flaw = keyof typeof en;

export function isFlaw(code: string | undefined): code is Flaw {
  return code !== undefined && Object.hasOwn(en, code);
}
