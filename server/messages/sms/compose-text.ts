import { parseUrl } from '@countersign/protocol/parse-url';
import type smsTexts from '@countersign/ui/i18n/locales/en/sms.json';
import type { Translate } from '@countersign/ui/i18n/translate';
import type { MailLanguage, MessageTexts } from '../../kernel/mail.ts';
import { translateWith } from '../../kernel/own-texts.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { plainLine } from '../mail/markup.ts';

type SmsTexts = Translate<keyof typeof smsTexts>;

/** The facts in a text message with a code. */
interface TextFacts {
  language: MailLanguage;
  code: string;
  /** Name of the resource. */
  site: string;
  lifetimeMs: number;
  /** What the code confirms, if it is not a sign-in. */
  confirms?: readonly { label: string; value: string }[] | undefined;
  /** Origin of the page around the widget, if the sign-in has one. */
  origin?: string | undefined;
  texts?: MessageTexts | undefined;
}

/** Maximum length of a site's name beside the rest. */
const SITE_LENGTH = 30;

/**
 * States the code and its site, never its login. The last line lets phones offer the code only on that page and in our
 * frame (origin-bound one-time codes: `@page #code @frame`).
 *
 * @param url the public URL of the service
 */
export function composeText(facts: TextFacts, url: string): string {
  const { language, code, site, lifetimeMs, origin, confirms, texts } = facts;
  const name = [...plainLine(site)].slice(0, SITE_LENGTH).join('').trim();
  const t: SmsTexts = translateWith(texts?.own, language, 'sms');
  const text = confirms
    ? confirmation(t, code, name, confirms)
    : t('signIn', { code, site: name, minutes: Math.floor(lifetimeMs / MINUTE_MS) });
  const page = hostOf(origin);
  const frame = hostOf(url);
  return page && frame ? `${text}\n\n@${page} #${code} @${frame}` : text;
}

/** One line per field and the code last: a reader who looks for the code passes what it confirms. */
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
