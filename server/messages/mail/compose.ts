import { LINK_NAMES, type LinkName } from '@countersign/protocol/links';
import { contrast } from '@countersign/protocol/look';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type mailTexts from '@countersign/ui/i18n/locales/en/mail.json';
import { readLanguage } from '@countersign/ui/i18n/read-languages';
import type { Translate } from '@countersign/ui/i18n/translate';
import type { ComposedMail, Mail, MailBrand } from '../../kernel/mail.ts';
import { type Draft, type DraftWriter, draftOf, type MailDrafts } from '../../kernel/mail-draft.ts';
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

/**
 * Renders a message twice: as plain text, and as HTML in which every value is escaped (SR-30). It has no image, no
 * script and no remote content; the link to act on leads to the configured public URL (SR-40), the others are those of
 * the resource.
 *
 * @param drafts each feature's
 * @param url the public URL, an origin
 */
export function composeMail(drafts: MailDrafts, mail: Mail, url: string): ComposedMail {
  const { own, frame } = mail.texts ?? {};
  const texts: MailTexts = translateWith(own, mail.language, 'mail');
  const about = siteLinks(mail.brand, mail.language, own);
  const draft = draftOf(drafts, mail, createWriter(texts));
  const subject = line(draft.subject);
  const link = draft.link && { label: draft.link.label, href: linkTo(url, draft.link.path) };
  return {
    subject,
    text: asText({ ...draft, link }, texts, mail.brand, about),
    html: asHtml({ ...draft, link }, texts, subject, { brand: mail.brand, about, frame }).text,
    ...omitUndefined({ link: link?.href }),
  };
}

/** A draft whose link leads to the service. */
type LinkedDraft = Omit<Draft, 'link'> & { link: { href: string; label: string } | undefined };

function createWriter(texts: MailTexts): DraftWriter {
  const t: DraftWriter['t'] = (key, values = {}) =>
    texts(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plainLine(value)])));
  const instant = (at: number) => writeInstant(at, texts.lang);
  return {
    t,
    instant,
    span: (ms) => writeSpan(ms, texts),
    amount: (minor, currency) => writeAmount(minor, currency, texts.lang),
    when: (at, address) =>
      address === undefined
        ? t('noticeWhen', { instant: instant(at) })
        : t('noticeWhenFrom', { instant: instant(at), address }),
  };
}

/** Each part is one line, so that no value can look like a paragraph of the template. */
function asText(
  { paragraphs, confirms = [], code, link, small }: LinkedDraft,
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
  draft: LinkedDraft,
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

function writeInstant(at: number, lang: string): string {
  const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat(readLanguage(lang).locale, format).format(at)} UTC`;
}

function writeAmount(minor: number, currency: string, lang: string): string {
  const format = new Intl.NumberFormat(readLanguage(lang).locale, { style: 'currency', currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

function writeSpan(ms: number, t: MailTexts): string {
  const { unit, lengthMs } = UNITS.find((one) => ms >= 2 * one.lengthMs) ?? { unit: 'minutes', lengthMs: MINUTE_MS };
  return t(unit, { count: Math.max(1, Math.floor(ms / lengthMs)) });
}
