import { parseUrl } from '@countersign/protocol/parse-url';
import type { MailLanguage } from '../../kernel/mail.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { plainLine } from '../mail/markup.ts';

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

/** In the letters of GSM 03.38, so that a message is one message, and costs one. */
const SAYS: Record<MailLanguage, (code: string, site: string, minutes: number) => string> = {
  en: (code, site, minutes) =>
    `${code} is your sign-in code for ${site}. Expires in ${minutes} minutes. Do not share it.`,
  de: (code, site, minutes) =>
    `${code} ist Ihr Anmeldecode für ${site}. Er gilt ${minutes} Minuten. Sagen Sie ihn niemandem.`,
};

/** Before and behind what is confirmed. */
const CONFIRMS: Record<MailLanguage, { says: (site: string) => string; code: (code: string) => string }> = {
  en: {
    says: (site) => `Confirm this at ${site}?`,
    code: (code) => `Only if all of it is right: ${code}. Do not share it.`,
  },
  de: {
    says: (site) => `Bei ${site} bestätigen?`,
    code: (code) => `Nur wenn alles stimmt: ${code}. Sagen Sie ihn niemandem.`,
  },
};

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
  const says = confirms
    ? confirmation(language, code, name, confirms)
    : SAYS[language](code, name, Math.floor(lifetimeMs / MINUTE_MS));
  const page = hostOf(origin);
  const frame = hostOf(url);
  return page && frame ? `${says}\n\n@${page} #${code} @${frame}` : says;
}

/** All of it, a line each, and the code last: whoever looks for the code has passed what it is for. */
function confirmation(
  language: MailLanguage,
  code: string,
  name: string,
  confirms: readonly { label: string; value: string }[],
): string {
  const words = CONFIRMS[language];
  const lines = confirms.map(({ label, value }) => `${plainLine(label)}: ${plainLine(value)}`);
  return [words.says(name), ...lines, words.code(code)].join('\n');
}

function hostOf(origin: string | undefined): string | undefined {
  return (origin !== undefined && parseUrl(origin)?.hostname) || undefined;
}
