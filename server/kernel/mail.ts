import type { Appearance } from '@countersign/protocol/appearance';
import { type Links, linksOf } from '@countersign/protocol/links';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type mailTexts from '@countersign/ui/i18n/locales/en/mail.json';
import { LANGUAGES, matchLanguage } from '@countersign/ui/i18n/read-languages';
import type { ResourceId } from './ids.ts';
import type { OwnTexts, TextOwner } from './own-texts.ts';

/** Languages of mails, text messages and hosted pages: each with a folder. */
export const MAIL_LANGUAGES = LANGUAGES;
/** One of `MAIL_LANGUAGES`. */
export type MailLanguage = string;

/** What changed about a sign-in, where its owner is told. */
export type NoticeChange = keyof typeof mailTexts extends infer Key
  ? Key extends `notice.${infer Change}`
    ? Change
    : never
  : never;

/** The supported language for a BCP 47 tag; English if there is none. */
export function mailLanguage(tag: string | undefined): MailLanguage {
  return matchLanguage([tag ?? '']);
}

export interface MailFacts {
  'administrator-invitation': {
    account: string;
    /** Name of the administrator who invites. */
    inviter?: string;
    /** Below the configured public URL, starting with a slash (SR-40). */
    path: string;
    expiresAt: number;
  };
  'confirmation-code': { code: string; lifetimeMs: number };
  /** A code to sign in with. It names the site, never the login. */
  'sign-in-code': {
    code: string;
    site: string;
    lifetimeMs: number;
    /** It is asked for in place of the password. */
    isFirst?: true;
  };
  /** A code that confirms exactly the transaction in the message. */
  'transaction-code': {
    code: string;
    site: string;
    lifetimeMs: number;
    confirms: readonly { label: string; value: string }[];
  };
  'password-reset': { login: string; path: string; lifetimeMs: number };
  'enrolment-link': { login: string; site: string; path: string; lifetimeMs: number };
  'unlock-link': { login: string; path: string; lifetimeMs: number };
  'new-sign-in': { login: string; site: string; at: number; address?: string; path: string; lifetimeMs: number };
  /** For an administrator. */
  'sign-in-reported': { login: string; site: string };
  'security-notice': {
    change: NoticeChange;
    /** Whom to contact: the resource, or the account. */
    site: string;
    /** The name of the token that it is about. */
    tokenName?: string;
    at: number;
    /** The address that the service saw. */
    address?: string;
  };
  /** To see that mail arrives. */
  'test-message': Record<never, never>;
  'low-balance': {
    account: string;
    /** In minor units of the currency (ISO 4217). */
    balance: number;
    nextDebit: number;
    currency: string;
    dueAt: number;
  };
}
export type MailKind = keyof MailFacts;

const KINDS: Readonly<Record<MailKind, true>> = {
  'administrator-invitation': true,
  'confirmation-code': true,
  'sign-in-code': true,
  'transaction-code': true,
  'password-reset': true,
  'enrolment-link': true,
  'unlock-link': true,
  'new-sign-in': true,
  'sign-in-reported': true,
  'security-notice': true,
  'test-message': true,
  'low-balance': true,
};
export const MAIL_KINDS = Object.keys(KINDS) as MailKind[];

/** What a mail shows of the resource that it is about. Its logo is not among it: it would be a remote or a heavy part. */
export interface MailBrand {
  name: string;
  /** `#rgb` or `#rrggbb`. */
  accent?: string;
  links: Links;
  /** Whether the mail names the service that sent it. */
  footer: boolean;
  /** Whose texts it has. */
  owner?: TextOwner;
}

/** What a mail about this resource shows of it. */
export function mailBrand({
  id,
  name,
  appearance,
  links,
  texts,
}: {
  id?: ResourceId;
  name: string;
  appearance?: Appearance;
  links?: Links;
  texts?: Readonly<Record<string, string>>;
}): MailBrand {
  const { accent, footer = true } = appearance ?? {};
  const owner = id && { id, ...omitUndefined({ texts }) };
  return { name, links: linksOf(links), footer, ...omitUndefined({ accent, owner }) };
}

/** A message: kind, recipient, language and facts, and the resource that it is about, if there is one. */
export type Mail = {
  [K in MailKind]: {
    kind: K;
    to: string;
    language: MailLanguage;
    facts: MailFacts[K];
    brand?: MailBrand;
    /** Added on its way to the server. */
    texts?: MessageTexts;
  };
}[MailKind];

/** What replaces parts of our messages. */
export interface MessageTexts {
  own?: OwnTexts;
  /** HTML around the mail, with `{content}` once. */
  frame?: string;
}

export { MAIL_FAILURES, type MailFailure } from '@countersign/protocol/mail';
export { languageOf } from '@countersign/ui/i18n/language-of';

/** Rendered for sending. */
export interface ComposedMail {
  subject: string;
  text: string;
  html: string;
  /** Its only link, if any; already in both texts. */
  link?: string;
}
