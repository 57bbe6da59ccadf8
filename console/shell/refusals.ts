import { createWords } from '../i18n/words.ts';
import { en } from './words/refusals-en.ts';

export const refusals = createWords(en, { de: () => import('./words/refusals-de.ts').then(({ de }) => de) });
