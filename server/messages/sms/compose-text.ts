import { parseUrl } from '@countersign/protocol/parse-url';
import type smsTexts from '@countersign/ui/i18n/locales/en/sms.json';
import { readTranslate } from '@countersign/ui/i18n/read-languages';
import type { Translate } from '@countersign/ui/i18n/translate';
import type { MailLanguage } from '../../kernel/mail.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { plainLine } from '../mail/markup.ts';

type SmsTexts = Translate<keyof typeof smsTexts>;

/** What a text message with a code is made of. */
export interface TextFacts {
  language: MailLanguage;
  code: string;
  /** What its resource is called. */
  site: string;
  lifetimeMs: number;
  /** What the code confirms, where it is no sign-in. */
  confirms?: readonly { label: string; value: string }[] | undefined;
  /** Of the page around the widget, where the sign-in has one. */
  origin?: string | undefined;
}

/** So much of a site's name fits beside the rest. */
const SITE_LENGTH = 30;

/**
 * Says the code and where it is for, never for which login. The last line lets phones offer the code on that page and in
 * our frame alone (Origin-bound one-time codes: `@page #code @frame`).
 *
 * @param url the public URL of the service
 */
export function composeText(facts: TextFacts, url: string): string {
  const { language, code, site, lifetimeMs, origin, confirms } = facts;
  const name = [...plainLine(site)].slice(0, SITE_LENGTH).join('').trim();
  const t: SmsTexts = readTranslate(language, 'sms');
  const says = confirms
    ? confirmation(t, code, name, confirms)
    : t('signIn', { code, site: name, minutes: Math.floor(lifetimeMs / MINUTE_MS) });
  const page = hostOf(origin);
  const frame = hostOf(url);
  return page && frame ? `${says}\n\n@${page} #${code} @${frame}` : says;
}

/** All of it, a line each, and the code last: a user who looks for the code has passed what it is for. */
function confirmation(
  t: SmsTexts,
  code: string,
  name: string,
  confirms: readonly { label: string; value: string }[],
): string {
  const lines = confirms.map(({ label, value }) => `${plainLine(label)}: ${plainLine(value)}`);
  return [t('confirm', { site: name }), ...lines, t('confirmCode', { code })].join('\n');
}

function hostOf(origin: string | undefined): string | undefined {
  return (origin !== undefined && parseUrl(origin)?.hostname) || undefined;
}
