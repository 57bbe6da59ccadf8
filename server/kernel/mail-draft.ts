import type mailTexts from '@countersign/ui/i18n/locales/en/mail.json';
import type { Mail, MailFacts, MailKind } from './mail.ts';

/** The parts of a message, before it is rendered as text and as HTML. */
export interface Draft {
  subject: string;
  paragraphs: string[];
  /** What a code confirms, between the first paragraph and the others: each label with its value. */
  confirms?: readonly { label: string; value: string }[];
  code?: string;
  /** The link to act on. `path` is below the configured public URL (SR-40). */
  link?: { path: string; label: string };
  /** Shown last, in a smaller font. */
  small: string[];
}

/** Writes in the language of the mail. */
export interface DraftWriter {
  /** A text of the catalogue. Every value is reduced to one plain line. */
  t: (key: keyof typeof mailTexts, values?: Readonly<Record<string, string>>) => string;
  /** In UTC, and labelled so: the reader's time zone is unknown. */
  instant: (at: number) => string;
  /** In the largest unit that gives at least two. */
  span: (ms: number) => string;
  /** @param minor in minor units of the currency (ISO 4217) */
  amount: (minor: number, currency: string) => string;
  /** When something happened, and from which address. */
  when: (at: number, address: string | undefined) => string;
}

/** How a feature writes its mail. */
export type MailDraft<K extends MailKind> = (facts: MailFacts[K], writer: DraftWriter) => Draft;

/** How each kind of mail is written. */
export type MailDrafts = { readonly [K in MailKind]: MailDraft<K> };

/** The draft of a mail. */
export function draftOf<K extends MailKind>(drafts: MailDrafts, mail: Mail & { kind: K }, writer: DraftWriter): Draft {
  return drafts[mail.kind](mail.facts as MailFacts[K], writer);
}
