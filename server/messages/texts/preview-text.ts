import { formatMessage } from '@countersign/ui/i18n/message';
import type { ResourceId } from '../../kernel/ids.ts';
import { type ComposedMail, type MailLanguage, mailBrand } from '../../kernel/mail.ts';
import type { OwnTexts } from '../../kernel/own-texts.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { showResource } from '../../resources/resource-access.ts';
import { composeText } from '../sms/compose-text.ts';
import { smsSegments } from '../sms/segments.ts';
import { CATALOGUE } from './catalogue.ts';
import { checkText } from './check-text.ts';
import { readOwnTexts } from './read-own-texts.ts';
import { SAMPLE_VALUES, sampleMails } from './samples.ts';

/** A text as users would see it, with made-up values. */
export interface TextPreview {
  text: string;
  mail?: Pick<ComposedMail, 'subject' | 'html'>;
  sms?: ReturnType<typeof smsSegments>;
}

/** Shows a text in its place, before it is saved: a mail or a text message as a whole. Nothing is sent or stored. */
export async function previewText(
  ports: Pick<Ports, 'store' | 'clock' | 'texts' | 'composeMail'> & { issuer: string },
  act: RequestContext,
  id: ResourceId,
  { language, key, text }: { language: MailLanguage; key: string; text: string },
): Promise<Result<{ preview: TextPreview }>> {
  const found = await showResource(ports, act, id);
  if (isRefusal(found)) return found;
  const checked = checkText(key, text, language);
  if ('problem' in checked) return refusal('INPUT_INVALID', { field: 'text', detail: `text: ${checked.problem}` });
  const { message } = checked;
  const brand = mailBrand(found.object);
  const own: OwnTexts = new Map([...((await readOwnTexts(ports, language, brand.owner)) ?? []), [key, message]]);
  const part = CATALOGUE.get(key)?.part;
  if (part === 'sms') return { preview: previewSms(key, own, { language, site: brand.name, url: ports.issuer }) };
  const values = { ...SAMPLE_VALUES, site: brand.name };
  if (part !== 'mail') return { preview: { text: formatMessage(message, language, values) } };
  const { mailFrame: frame } = ports.texts;
  const mails = sampleMails(language, brand.name, ports.clock.now()).map((mail) => ({ ...mail, brand }));
  const compose = (mail: (typeof mails)[number], texts: OwnTexts) =>
    ports.composeMail({ ...mail, texts: { own: texts, ...(frame !== undefined && { frame }) } });
  const shown = mails.find((mail) => isIn(compose(mail, new Map([...own, [key, MARK]]))));
  if (!shown) return { preview: { text: formatMessage(message, language, values) } };
  const { subject, text: plain, html } = compose(shown, own);
  return { preview: { text: plain, mail: { subject, html } } };
}

/** In no text: shows which mail has the one in question. */
const MARK = '⟦text⟧';

function isIn({ subject, text, html }: ComposedMail): boolean {
  return [subject, text, html].some((one) => one.includes(MARK));
}

function previewSms(
  key: string,
  own: OwnTexts,
  { language, site, url }: { language: MailLanguage; site: string; url: string },
): TextPreview {
  const confirms = key === 'sms.signIn' ? undefined : [{ label: 'Amount', value: '120.00 EUR' }];
  const facts = { language, site, code: '492817', lifetimeMs: 5 * MINUTE_MS, confirms };
  const text = composeText({ ...facts, origin: 'https://shop.example', texts: { own } }, url);
  return { text, sms: smsSegments(text) };
}
