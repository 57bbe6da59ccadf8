import type { Translate } from './i18n/translate.ts';

/** The text for the time until the next try. */
export function waitText(t: Translate<'waitSeconds' | 'waitMinutes'>, leftMs: number): string {
  const seconds = Math.ceil(leftMs / 1_000);
  return seconds < 120 ? t('waitSeconds', { seconds }) : t('waitMinutes', { minutes: Math.ceil(seconds / 60) });
}
