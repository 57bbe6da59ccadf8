import type { Message } from '../ports/courier.ts';

export const RESET_LANGUAGES = ['en', 'de'] as const;
export type ResetLanguage = (typeof RESET_LANGUAGES)[number];

interface Told {
  to: string;
  login: string;
  /** Of the resource, or of the account. */
  site: string;
}

const TEXTS = {
  en: {
    resetSubject: 'Choose a new password',
    reset: ({ login, site }: Told, link: string) => `A new password was asked for, for the login ${login} at ${site}.

Choose it here. The link works once, for 30 minutes:
${link}

If it was not you, do nothing: your password stays as it is.
`,
    changedSubject: 'Your password was changed',
    changed: ({
      login,
      site,
    }: Told) => `The password of the login ${login} at ${site} has just been changed through a link sent to this address.

If it was not you, tell whoever runs the site at once, and secure your mailbox.
`,
  },
  de: {
    resetSubject: 'Neues Passwort festlegen',
    reset: (
      { login, site }: Told,
      link: string,
    ) => `Für das Login ${login} bei ${site} wurde ein neues Passwort angefordert.

Hier können Sie es festlegen. Der Link gilt einmal, 30 Minuten lang:
${link}

Falls Sie das nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist.
`,
    changedSubject: 'Ihr Passwort wurde geändert',
    changed: ({
      login,
      site,
    }: Told) => `Das Passwort des Logins ${login} bei ${site} wurde soeben über einen an diese Adresse gesandten Link geändert.

Falls Sie das nicht waren, melden Sie es sofort den Betreibern der Seite und sichern Sie Ihr Postfach.
`,
  },
} as const;

export function resetMessage(told: Told, link: string, language: ResetLanguage): Message {
  const { resetSubject, reset } = TEXTS[language];
  return { to: told.to, subject: resetSubject, text: reset(told, link) };
}

export function changedMessage(told: Told, language: ResetLanguage): Message {
  const { changedSubject, changed } = TEXTS[language];
  return { to: told.to, subject: changedSubject, text: changed(told) };
}
