import { LINK_NAMES, type LinkName } from '@countersign/protocol/links';
import { contrast } from '@countersign/protocol/look';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type mailTexts from '@countersign/ui/i18n/locales/en/mail.json';
import { readLanguage } from '@countersign/ui/i18n/read-languages';
import type { Translate } from '@countersign/ui/i18n/translate';
import type { ComposedMail, Mail, MailBrand } from '../../kernel/mail.ts';
import { type OwnTexts, translateWith } from '../../kernel/own-texts.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';
import { frameMail } from './frame.ts';
import { linkTo } from './link.ts';
import { html, line, Markup, plainLine } from './markup.ts';

type MailTexts = Translate<keyof typeof mailTexts>;

const UNITS = [
  { unit: 'days', lengthMs: DAY_MS },
  { unit: 'hours', lengthMs: HOUR_MS },
] as const;

/** The parts of a message, before it is rendered as text and as HTML. */
interface Draft {
  subject: string;
  paragraphs: string[];
  /** What a code confirms, between the first paragraph and the others: each label with its value. */
  confirms?: readonly { label: string; value: string }[];
  code?: string;
  link?: { href: string; label: string };
  /** Shown last, in a smaller font. */
  small: string[];
}

/**
 * Renders a message twice: as plain text, and as HTML in which every value is escaped (SR-30). It has no image, no
 * script and no remote content; the link to act on leads to the configured public URL (SR-40), the others are those of
 * the resource.
 *
 * @param url the public URL, an origin
 */
export function composeMail(mail: Mail, url: string): ComposedMail {
  const { own, frame } = mail.texts ?? {};
  const texts: MailTexts = translateWith(own, mail.language, 'mail');
  const about = siteLinks(mail.brand, mail.language, own);
  const draft = draftOf(mail, texts, url);
  const subject = line(draft.subject);
  return {
    subject,
    text: asText(draft, texts, mail.brand, about),
    html: asHtml(draft, texts, subject, { brand: mail.brand, about, frame }).text,
    ...omitUndefined({ link: draft.link?.href }),
  };
}

function draftOf(mail: Mail, texts: MailTexts, url: string): Draft {
  // Every value is reduced to one plain line of text.
  const t = (key: keyof typeof mailTexts, values: Readonly<Record<string, string>> = {}) =>
    texts(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plainLine(value)])));
  const instant = (at: number) => writeInstant(at, texts.lang);
  const span = (ms: number) => writeSpan(ms, texts);
  const when = (at: number, address: string | undefined) =>
    address === undefined
      ? t('noticeWhen', { instant: instant(at) })
      : t('noticeWhenFrom', { instant: instant(at), address });
  switch (mail.kind) {
    case 'administrator-invitation': {
      const { account, inviter, path, expiresAt } = mail.facts;
      return {
        subject: t('invitationSubject', { account }),
        paragraphs: [
          inviter === undefined ? t('invitationText', { account }) : t('invitationTextFrom', { account, inviter }),
        ],
        link: { href: linkTo(url, path), label: t('invitationButton') },
        small: [t('invitationExpires', { instant: instant(expiresAt) }), t('ignore')],
      };
    }
    case 'confirmation-code': {
      const { code, lifetimeMs } = mail.facts;
      return {
        subject: t('confirmationSubject'),
        paragraphs: [t('confirmationText')],
        code,
        small: [t('confirmationExpires', { span: span(lifetimeMs) }), t('ignore')],
      };
    }
    case 'sign-in-code': {
      const { code, site, lifetimeMs, isFirst } = mail.facts;
      return {
        subject: t('signInSubject', { site }),
        paragraphs: [t('signInText', { site })],
        code,
        small: [t('signInExpires', { span: span(lifetimeMs) }), t(isFirst ? 'firstCodeNotYou' : 'signInNotYou')],
      };
    }
    case 'transaction-code': {
      const { code, site, lifetimeMs, confirms } = mail.facts;
      return {
        subject: t('transactionSubject', { site }),
        paragraphs: [t('transactionText', { site }), t('transactionOnly')],
        confirms,
        code,
        small: [t('transactionExpires', { span: span(lifetimeMs) }), t('transactionNotYou', { site })],
      };
    }
    case 'password-reset': {
      const { login, path, lifetimeMs } = mail.facts;
      return {
        subject: t('resetSubject'),
        paragraphs: [t('resetText', { login })],
        link: { href: linkTo(url, path), label: t('resetButton') },
        small: [t('linkExpires', { span: span(lifetimeMs) }), t('ignore')],
      };
    }
    case 'enrolment-link': {
      const { login, site, path, lifetimeMs } = mail.facts;
      return {
        subject: t('enrolmentSubject', { site }),
        paragraphs: [t('enrolmentText', { login, site })],
        link: { href: linkTo(url, path), label: t('enrolmentButton') },
        small: [t('linkExpires', { span: span(lifetimeMs) }), t('ignore')],
      };
    }
    case 'unlock-link': {
      const { login, path, lifetimeMs } = mail.facts;
      return {
        subject: t('unlockSubject'),
        paragraphs: [t('unlockText', { login }), t('unlockNotYou')],
        link: { href: linkTo(url, path), label: t('unlockButton') },
        small: [t('linkExpires', { span: span(lifetimeMs) })],
      };
    }
    case 'new-sign-in': {
      const { login, site, at, address, path, lifetimeMs } = mail.facts;
      return {
        subject: t('newSignInSubject', { site }),
        paragraphs: [t('newSignInText', { login, site }), when(at, address), t('newSignInNotYou', { site, login })],
        link: { href: linkTo(url, path), label: t('newSignInButton') },
        small: [t('linkExpires', { span: span(lifetimeMs) }), t('newSignInYou')],
      };
    }
    case 'sign-in-reported': {
      const { login, site } = mail.facts;
      return {
        subject: t('reportedSubject', { login }),
        paragraphs: [t('reportedText', { login, site }), t('reportedNext')],
        small: [],
      };
    }
    case 'security-notice': {
      const { change, site, tokenName, at, address } = mail.facts;
      const which = tokenName === undefined ? [] : [t('noticeToken', { token: tokenName })];
      return {
        subject: t(`subject.${change}`),
        paragraphs: [t(`notice.${change}`), ...which, when(at, address), t('noticeNotYou', { site })],
        small: [],
      };
    }
    case 'test-message':
      return { subject: t('testSubject'), paragraphs: [t('testText')], small: [t('ignore')] };
    case 'low-balance': {
      const { account, balance, nextDebit, currency, dueAt } = mail.facts;
      const amount = (minor: number) => writeAmount(minor, currency, texts.lang);
      const due = t('balanceDue', { amount: amount(nextDebit), instant: instant(dueAt) });
      return {
        subject: t('balanceSubject', { account }),
        paragraphs: [t('balanceText', { account, balance: amount(balance) }), due],
        small: [],
      };
    }
  }
}

/** Each part is one line, so that no value can look like a paragraph of the template. */
function asText(
  { paragraphs, confirms = [], code, link, small }: Draft,
  t: MailTexts,
  brand: MailBrand | undefined,
  about: readonly SiteLink[],
): string {
  const parts = [t('hello'), ...paragraphs, ...(link ? [link.href] : []), ...small].map(line);
  if (code !== undefined) parts.splice(1 + paragraphs.length, 0, `    ${plainLine(code)}`);
  const lines = confirms.map(({ label, value }) => `    ${isolated(label)}: ${isolated(value)}`);
  if (lines.length > 0) parts.splice(2, 0, lines.join('\n'));
  const end = [
    ...(brand ? [plainLine(brand.name)] : []),
    ...about.map(([label, href]) => `${line(label)}: ${href}`),
    ...(brand?.footer === false ? [] : [t('signature')]),
  ];
  return [...parts, `-- \n${end.join('\n')}`].join('\n\n');
}

type SiteLink = [label: string, href: string];

/** The links of the site, in their order and with their labels. */
function siteLinks(brand: MailBrand | undefined, lang: string, own: OwnTexts | undefined): SiteLink[] {
  const label = translateWith<LinkName>(own, lang, 'widget/sign-in');
  return LINK_NAMES.flatMap((name) => {
    const href = brand?.links[name];
    return href === undefined ? [] : [[label(name), href] as SiteLink];
  });
}

/** Isolates its writing direction (U+2068, U+2069): a field contains neither character. */
function isolated(text: string): string {
  return `\u2068${plainLine(text)}\u2069`;
}

const BODY = 'margin:0;padding:24px 12px;background:#f5f6f9;color:#14171f;font:16px/1.5 system-ui,sans-serif';
const CARD = 'max-width:520px;margin:0 auto;padding:28px;background:#fff;border:1px solid #e4e7ee;border-radius:12px';
/** The usual colour of buttons, as in the light theme. */
const ACCENT = '#2447c8';
const buttonIn = (accent: string) =>
  `display:inline-block;padding:10px 20px;background:${accent};color:${contrast(accent, '#ffffff') >= 4.5 ? '#ffffff' : '#000000'};border-radius:8px;text-decoration:none;font-weight:600`;
const nameIn = (accent: string) =>
  `margin:0 0 20px;padding:0 0 12px;border-bottom:3px solid ${accent};font-size:18px;font-weight:600`;
const CODE = 'font:600 28px/1.4 ui-monospace,monospace;letter-spacing:.15em';
const TABLE = 'border-collapse:collapse;width:100%;overflow-wrap:anywhere';
const LABEL = 'padding:6px 16px 6px 0;vertical-align:top;color:#596072';
const VALUE = 'padding:6px 0;font-weight:600;white-space:pre-wrap';
const SMALL = 'color:#596072;font-size:14px';

function asHtml(
  draft: Draft,
  t: MailTexts,
  title: string,
  { brand, about, frame }: { brand: MailBrand | undefined; about: readonly SiteLink[]; frame: string | undefined },
): Markup {
  const direction = readLanguage(t.lang).direction === 'rtl' ? html` dir="rtl"` : '';
  const { paragraphs, confirms = [], code, link, small } = draft;
  const [first = '', ...others] = paragraphs;
  const accent = brand?.accent ?? ACCENT;
  const links = about.map(([label, href]) => html`<a style="color:#596072" href="${href}">${label}</a> &nbsp; `);
  const cell = (style: string, text: string) => html`<td style="${style}"><bdi>${plainLine(text)}</bdi></td>`;
  const lines = confirms.map(({ label, value }) => html`<tr>${cell(LABEL, label)}${cell(VALUE, value)}</tr>\n`);
  const content = html`${brand ? html`<p style="${nameIn(accent)}"><bdi>${plainLine(brand.name)}</bdi></p>\n` : ''}<p>${t('hello')}</p>
<p>${first}</p>
${lines.length === 0 ? '' : html`<table style="${TABLE}">\n${lines}</table>\n`}${others.map((paragraph) => html`<p>${paragraph}</p>\n`)}${code === undefined ? '' : html`<p style="${CODE}">${code}</p>\n`}${
  link
    ? html`<p><a style="${buttonIn(accent)}" href="${link.href}">${link.label}</a></p>
<p style="${SMALL}">${t('linkFallback')}<br><a href="${link.href}">${link.href}</a></p>\n`
    : ''
}${small.map((line) => html`<p style="${SMALL}">${line}</p>\n`)}${links.length === 0 ? '' : html`<p style="${SMALL}">${links}</p>\n`}${brand?.footer === false ? '' : html`<p style="${SMALL}">${t('signature')}</p>\n`}`;
  if (frame !== undefined)
    return new Markup(frameMail(frame, html`<div lang="${t.lang}"${direction}>\n${content}</div>`.text));
  return html`<!doctype html>
<html lang="${t.lang}"${direction}>
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body style="${BODY}">
<div style="${CARD}">
${content}</div>
</body>
</html>
`;
}

/** In UTC, and labelled so: the reader's time zone is unknown. */
function writeInstant(at: number, lang: string): string {
  const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat(readLanguage(lang).locale, format).format(at)} UTC`;
}

function writeAmount(minor: number, currency: string, lang: string): string {
  const format = new Intl.NumberFormat(readLanguage(lang).locale, { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** In the largest unit that gives at least two. */
function writeSpan(ms: number, t: MailTexts): string {
  const { unit, lengthMs } = UNITS.find((one) => ms >= 2 * one.lengthMs) ?? { unit: 'minutes', lengthMs: MINUTE_MS };
  return t(unit, { count: Math.max(1, Math.floor(ms / lengthMs)) });
}
