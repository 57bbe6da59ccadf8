import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { MailBrand, MailLanguage, MessageTexts } from '../../kernel/mail.ts';
import type { CodeSender } from '../../kernel/ports/code-sender.ts';
import type { Mailer } from '../../kernel/ports/mailer.ts';
import type { Ports, ReadPorts } from '../../kernel/ports/ports.ts';
import { readOwnTexts } from './read-own-texts.ts';

/** The mailer, whose mails have the texts of their resource and the operator's frame. */
export function mailWithOwnTexts(mailer: Mailer, ports: ReadPorts & Pick<Ports, 'texts' | 'reportFault'>): Mailer {
  return { ...mailer, send: async (mail) => mailer.send({ ...mail, ...(await textsOf(ports, mail)) }) };
}

/** The sender of codes, with the texts of their resource. */
export function codesWithOwnTexts(
  codes: CodeSender,
  ports: ReadPorts & Pick<Ports, 'texts' | 'reportFault'>,
): CodeSender {
  return { ...codes, send: async (message) => codes.send({ ...message, ...(await textsOf(ports, message)) }) };
}

/** A message must arrive, with our texts if its own cannot be read. */
async function textsOf(
  ports: ReadPorts & Pick<Ports, 'texts' | 'reportFault'>,
  { language, brand }: { language: MailLanguage; brand?: MailBrand },
): Promise<{ texts?: MessageTexts }> {
  const own = await readOwnTexts(ports, language, brand?.owner).catch((error: unknown) => {
    ports.reportFault('reading own texts', error);
    return undefined;
  });
  const frame = ports.texts.mailFrame;
  return own || frame !== undefined ? { texts: omitUndefined({ own, frame }) } : {};
}
