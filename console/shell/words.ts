import { createWords } from '../i18n/words.ts';
import { en } from './words/en.ts';

/** What every room says; loaded with the frame around them. */
export const words = createWords(en, { de: () => import('./words/de.ts').then(({ de }) => de) });
