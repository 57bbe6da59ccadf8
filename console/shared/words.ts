import { createWords } from '../i18n/words.ts';
import { en } from './words/en.ts';

/** What the rooms of users and of tokens both say. */
export const words = createWords(en, { de: () => import('./words/de.ts').then(({ de }) => de) });

export type PeopleWord = keyof typeof en;
