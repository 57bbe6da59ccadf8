import type tokenNames from '@countersign/ui/i18n/locales/en/token-names.json';
import { readTranslate } from '@countersign/ui/i18n/read-languages';
import type { MailLanguage } from '../kernel/mail.ts';

/** The names that a user's new tokens get. The user can rename them. */
export interface OwnNames {
  language: MailLanguage;
  /** The names of the user's other tokens. */
  taken: ReadonlySet<string>;
}

export function namesOf(tokens: readonly { name: string }[]): ReadonlySet<string> {
  return new Set(tokens.map(({ name }) => name));
}

const SYSTEMS: readonly (readonly [mark: string, name: string])[] = [
  ['Windows', 'Windows'],
  ['Android', 'Android'],
  ['CrOS', 'ChromeOS'],
  ['Macintosh', 'Mac'],
  ['Linux', 'Linux'],
];

/** The name of an app or of recovery codes: the kind, with a number if another token of the user has that name. */
export function ownTokenName({ language, taken }: OwnNames, kind: 'totp' | 'recovery'): string {
  return unusedName(textsOf(language)(kind), taken);
}

/**
 * The name of a passkey: that of its provider if it is known; else a security key, or with the browser's system if the
 * passkey never leaves this device.
 *
 * @param transports as the authenticator reports them (WebAuthn level 3, section 5.8.4)
 */
export function ownPasskeyName(
  { language, taken }: OwnNames,
  { transports, synced, provider }: { transports: readonly string[]; synced: boolean; provider?: string | undefined },
  userAgent = '',
): string {
  if (provider !== undefined) return unusedName(provider, taken);
  const texts = textsOf(language);
  const isInside = transports.includes('internal');
  if (transports.length > 0 && !isInside && !transports.includes('hybrid'))
    return unusedName(texts('securityKey'), taken);
  const system = SYSTEMS.find(([mark]) => userAgent.includes(mark))?.[1];
  const isHereOnly = isInside && transports.length === 1 && !synced;
  return unusedName(isHereOnly && system !== undefined ? `${texts('webauthn')} (${system})` : texts('webauthn'), taken);
}

function textsOf(language: MailLanguage) {
  return readTranslate<keyof typeof tokenNames>(language, 'token-names');
}

function unusedName(name: string, taken: ReadonlySet<string>): string {
  let unused = name;
  for (let number = 2; taken.has(unused); number++) unused = `${name} ${number}`;
  return unused;
}
