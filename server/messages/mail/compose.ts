import type { ComposedMail, Mail, MailLanguage } from '../../kernel/mail.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { linkTo } from './link.ts';
import { html, type Markup, plainLine } from './markup.ts';
import { de, en, type MailWords } from './words.ts';

const WORDS: Record<MailLanguage, MailWords> = { en, de };
const LOCALES: Record<MailLanguage, string> = { en: 'en-GB', de: 'de-AT' };
const UNITS = [
  { unit: 'day', lengthMs: 24 * 60 * MINUTE_MS },
  { unit: 'hour', lengthMs: 60 * MINUTE_MS },
] as const;

/** The parts of a message, before it is written as text and as HTML. */
interface Draft {
  subject: string;
  paragraphs: string[];
  /** What a code confirms, between the first paragraph and the others: every label and value by itself. */
  confirms?: readonly { label: string; value: string }[];
  code?: string;
  link?: { href: string; label: string };
  /** Said last, and smaller. */
  small: string[];
}

/**
 * Writes a message out, twice: as plain text, and as HTML in which everything put in is escaped (SR-30). No picture, no
 * script, nothing from elsewhere; its one link leads to the configured public URL (SR-40).
 *
 * @param url the public URL, an origin
 */
export function composeMail(mail: Mail, url: string): ComposedMail {
  const words = WORDS[mail.language];
  const draft = draftOf(mail, words, url);
  const subject = plainLine(draft.subject);
  return {
    subject,
    text: asText(draft, words),
    html: asHtml(draft, words, mail.language, subject).text,
    ...(draft.link && { link: draft.link.href }),
  };
}

function draftOf(mail: Mail, words: MailWords, url: string): Draft {
  const instant = (at: number) => writeInstant(at, mail.language);
  switch (mail.kind) {
    case 'administrator-invitation': {
      const { account, inviter, path, expiresAt } = mail.facts;
      const { subject, says, button, until } = words.invitation;
      return {
        subject: subject(account),
        paragraphs: [says(account, inviter)],
        link: { href: linkTo(url, path), label: button },
        small: [until(instant(expiresAt)), words.ignore],
      };
    }
    case 'confirmation-code': {
      const { code, lifetimeMs } = mail.facts;
      const { subject, says, until, never } = words.code;
      return {
        subject,
        paragraphs: [says],
        code,
        small: [`${until(writeSpan(lifetimeMs, mail.language))} ${never}`, words.ignore],
      };
    }
    case 'sign-in-code': {
      const { code, site, lifetimeMs } = mail.facts;
      const { subject, says, until, notYou } = words.signInCode;
      return { subject: subject(site), paragraphs: [says(site)], code, small: [until(minutes(lifetimeMs)), notYou] };
    }
    case 'transaction-code': {
      const { code, site, lifetimeMs, confirms } = mail.facts;
      const { subject, says, only, until, notYou } = words.transactionCode;
      const small = [until(minutes(lifetimeMs)), notYou];
      return { subject: subject(site), paragraphs: [says(site), only], confirms, code, small };
    }
    case 'password-reset': {
      const { login, path, lifetimeMs } = mail.facts;
      const { subject, says, button, until } = words.reset;
      return {
        subject,
        paragraphs: [says(login)],
        link: { href: linkTo(url, path), label: button },
        small: [until(minutes(lifetimeMs)), words.ignore],
      };
    }
    case 'enrolment-link': {
      const { login, site, path, lifetimeMs } = mail.facts;
      const { subject, says, button, until } = words.enrolment;
      return {
        subject: subject(site),
        paragraphs: [says(login, site)],
        link: { href: linkTo(url, path), label: button },
        small: [until(Math.floor(minutes(lifetimeMs) / 60)), words.ignore],
      };
    }
    case 'unlock-link': {
      const { login, path, lifetimeMs } = mail.facts;
      const { subject, says, button, until, notYou } = words.unlock;
      return {
        subject,
        paragraphs: [says(login), notYou],
        link: { href: linkTo(url, path), label: button },
        small: [until(minutes(lifetimeMs))],
      };
    }
    case 'security-notice': {
      const { change, at, address } = mail.facts;
      const { subject, says, when, notYou } = words.notice;
      return { subject: subject[change], paragraphs: [says[change], when(instant(at), address), notYou], small: [] };
    }
    case 'low-balance': {
      const { account, balance, nextDebit, currency, dueAt } = mail.facts;
      const { subject, says, due } = words.balance;
      const amount = (minor: number) => writeAmount(minor, currency, mail.language);
      const paragraphs = [says(account, amount(balance)), due(amount(nextDebit), instant(dueAt))];
      return { subject: subject(account), paragraphs, small: [] };
    }
  }
}

/** Each part is one line, so that no fact can look like a paragraph of ours. */
function asText({ paragraphs, confirms = [], code, link, small }: Draft, words: MailWords): string {
  const parts = [words.hello, ...paragraphs, ...(link ? [link.href] : []), ...small].map(plainLine);
  if (code !== undefined) parts.splice(1 + paragraphs.length, 0, `    ${plainLine(code)}`);
  const lines = confirms.map(({ label, value }) => `    ${isolated(label)}: ${isolated(value)}`);
  if (lines.length > 0) parts.splice(2, 0, lines.join('\n'));
  return [...parts, `-- \n${words.signature}`].join('\n\n');
}

/** Its writing direction is its own (U+2068, U+2069): a field holds neither of the two. */
function isolated(text: string): string {
  return `\u2068${plainLine(text)}\u2069`;
}

const BODY = 'margin:0;padding:24px 12px;background:#f5f6f9;color:#14171f;font:16px/1.5 system-ui,sans-serif';
const CARD = 'max-width:520px;margin:0 auto;padding:28px;background:#fff;border:1px solid #e4e7ee;border-radius:12px';
const BUTTON =
  'display:inline-block;padding:10px 20px;background:#2447c8;color:#fff;border-radius:8px;text-decoration:none;font-weight:600';
const CODE = 'font:600 28px/1.4 ui-monospace,monospace;letter-spacing:.15em';
const TABLE = 'border-collapse:collapse;width:100%;overflow-wrap:anywhere';
const LABEL = 'padding:6px 16px 6px 0;vertical-align:top;color:#596072';
const VALUE = 'padding:6px 0;font-weight:600;white-space:pre-wrap';
const SMALL = 'color:#596072;font-size:14px';

function asHtml(draft: Draft, words: MailWords, lang: string, title: string): Markup {
  const { paragraphs, confirms = [], code, link, small } = draft;
  const [first = '', ...others] = paragraphs;
  const lines = confirms.map(
    ({ label, value }) =>
      html`<tr><td style="${LABEL}"><bdi>${label}</bdi></td><td style="${VALUE}"><bdi>${value}</bdi></td></tr>\n`,
  );
  return html`<!doctype html>
<html lang="${lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body style="${BODY}">
<div style="${CARD}">
<p>${words.hello}</p>
<p>${first}</p>
${lines.length === 0 ? '' : html`<table style="${TABLE}">\n${lines}</table>\n`}${others.map((paragraph) => html`<p>${paragraph}</p>\n`)}${code === undefined ? '' : html`<p style="${CODE}">${code}</p>\n`}${
  link
    ? html`<p><a style="${BUTTON}" href="${link.href}">${link.label}</a></p>
<p style="${SMALL}">${words.linkFallback}<br><a href="${link.href}">${link.href}</a></p>\n`
    : ''
}${small.map((line) => html`<p style="${SMALL}">${line}</p>\n`)}<p style="${SMALL}">${words.signature}</p>
</div>
</body>
</html>
`;
}

/** In UTC, and says so: where the reader is, nobody knows. */
function writeInstant(at: number, language: MailLanguage): string {
  const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat(LOCALES[language], format).format(at)} UTC`;
}

function writeAmount(minor: number, currency: string, language: MailLanguage): string {
  const format = new Intl.NumberFormat(LOCALES[language], { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** In the largest unit of which it is two or more: nobody counts a week in minutes. */
function writeSpan(ms: number, language: MailLanguage): string {
  const unit = UNITS.find(({ lengthMs }) => ms >= 2 * lengthMs) ?? { unit: 'minute', lengthMs: MINUTE_MS };
  const format = new Intl.NumberFormat(LOCALES[language], { style: 'unit', unit: unit.unit, unitDisplay: 'long' });
  return format.format(Math.max(1, Math.floor(ms / unit.lengthMs)));
}

function minutes(ms: number): number {
  return Math.max(1, Math.floor(ms / MINUTE_MS));
}
