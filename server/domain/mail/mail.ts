import type { NoticeChange } from './words.ts';

export const MAIL_LANGUAGES = ['en', 'de'] as const;
export type MailLanguage = (typeof MAIL_LANGUAGES)[number];

export interface MailFacts {
  'administrator-invitation': {
    account: string;
    /** Name of whoever invites. */
    inviter?: string;
    /** Below the configured public URL, beginning with a slash (SR-40). */
    path: string;
    expiresAt: number;
  };
  'confirmation-code': { code: string; lifetimeMs: number };
  'security-notice': {
    change: NoticeChange;
    at: number;
    /** From where, as the service saw it. */
    address?: string;
  };
}
export type MailKind = keyof MailFacts;

/** One message: what about, to whom, in which language, with which facts. */
export type Mail = {
  [K in MailKind]: { kind: K; to: string; language: MailLanguage; facts: MailFacts[K] };
}[MailKind];
