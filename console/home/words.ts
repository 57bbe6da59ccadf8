import { createWords } from '../i18n/words.ts';
import { en } from './words/en.ts';

export const words = createWords(en, { de: () => import('./words/de.ts').then(({ de }) => de) });
