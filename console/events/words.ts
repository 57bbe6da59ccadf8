import { createWords } from '../i18n/words.ts';
import { en } from './words/en.ts';
import { en as reasonsEn } from './words/reasons-en.ts';
import { en as typesEn } from './words/types-en.ts';

export const words = createWords(en, { de: () => import('./words/de.ts').then(({ de }) => de) });
/** What happened, by the type of the event. */
export const types = createWords(typesEn, { de: () => import('./words/types-de.ts').then(({ de }) => de) });
/** Why a sign-in was refused, as it is told to administrators: shorter than to the person, and more exact. */
export const reasons = createWords(reasonsEn, { de: () => import('./words/reasons-de.ts').then(({ de }) => de) });

export const TYPES = Object.keys(typesEn) as (keyof typeof typesEn)[];
export const REASONS = Object.keys(reasonsEn) as (keyof typeof reasonsEn)[];

export function typeText(type: string): string {
  return Object.hasOwn(typesEn, type) ? types(type as keyof typeof typesEn) : type;
}

export function reasonText(code: string): string {
  return Object.hasOwn(reasonsEn, code) ? reasons(code as keyof typeof reasonsEn) : code;
}
