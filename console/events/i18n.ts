import eventTypes from '@countersign/ui/i18n/locales/en/console/event-types.json';
import english from '@countersign/ui/i18n/locales/en/console/events.json';
import reasonTexts from '@countersign/ui/i18n/locales/en/console/reasons.json';
import { createPageTexts } from '../i18n/page-texts.ts';

export const t = createPageTexts(
  english,
  import.meta.glob(['./*/console/events.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);
/** What happened, by type of event. */
export const types = createPageTexts(
  eventTypes,
  import.meta.glob(['./*/console/event-types.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);
/** Why a sign-in was refused, for administrators: shorter and more precise than for users. */
export const reasons = createPageTexts(
  reasonTexts,
  import.meta.glob(['./*/console/reasons.json', '!./en/**'], { base: '/ui/i18n/locales/' }),
);

export const TYPES = Object.keys(eventTypes) as (keyof typeof eventTypes)[];
export const REASONS = Object.keys(reasonTexts) as (keyof typeof reasonTexts)[];

export function typeText(type: string): string {
  return types.has(type) ? types(type) : type;
}

export function reasonText(code: string): string {
  return reasons.has(code) ? reasons(code) : code;
}
