import { MAIL_LANGUAGES, type MailLanguage } from '../../../kernel/mail.ts';
import type { PasswordFlaw } from '../../../kernel/result.ts';

/** What the pages say. `{0}` is filled in. */
const en = {
  askTitle: 'Forgot your password?',
  askText: 'Enter the login or email that you sign in with. We send you a link to choose a new password.',
  login: 'Login or email',
  loginMissing: 'Enter your login or email.',
  send: 'Send link',
  askedTitle: 'Check your email',
  askedText:
    'If that login is known here and has an email address, a link is on its way to it. It works once, for 30 minutes.',
  askedMore: 'Nothing arrived? Check your spam folder, or ask the site’s administrator.',
  chooseTitle: 'Choose a new password',
  choosingFor: 'Login',
  password: 'New password',
  again: 'Repeat new password',
  rule: 'At least {0} characters, of any kind. Several unrelated words work well.',
  save: 'Save password',
  passwordMissing: 'Enter a new password.',
  passwordsDiffer: 'The two passwords are not the same.',
  tooShort: 'That password is too short: it needs at least {0} characters.',
  tooLong: 'That password is too long: it may have at most 256 characters.',
  listed: 'That password is one of the most common ones, which attackers try first. Choose another.',
  pattern: 'That password is a pattern, which attackers try early. Choose another.',
  personal: 'That password is made up of names that others may know. Choose another.',
  doneTitle: 'Your password is changed',
  doneText: 'Go back to the site and sign in with it. If you use a code as well, you will be asked for it as before.',
  invalidTitle: 'This link is not valid',
  invalidText:
    'It was used already, is older than 30 minutes, or is incomplete. Go back to the site and ask for another.',
  needsScript: 'This page needs JavaScript. Turn it on and open the link again.',
  deniedTitle: 'That is not possible',
  deniedText: 'You cannot get a new password here. Ask the site’s administrator.',
  waitText: 'Too many requests came from here. Try again later.',
  busyTitle: 'Try again in a moment',
  busyText: 'The service cannot answer right now. Nothing has changed.',
  unlockTitle: 'Unlock your token',
  unlockText:
    'Wrong codes have locked your token. If that was you, unlock it. If not, leave it locked, and change your password.',
  unlock: 'Unlock it',
  unlockedTitle: 'Your token is unlocked',
  unlockedText: 'Go back to the site and sign in with your password and a code.',
  unlockInvalidText:
    'It was used already, is older than 30 minutes, or is incomplete. Sign in again to ask for another.',
  secured: 'Secured by Countersign',
} as const;

export type PageTexts = { readonly [Key in keyof typeof en]: string };

const de: PageTexts = {
  askTitle: 'Passwort vergessen?',
  askText:
    'Geben Sie das Login oder die E-Mail-Adresse ein, womit Sie sich anmelden. Sie erhalten einen Link für ein neues Passwort.',
  login: 'Login oder E-Mail',
  loginMissing: 'Geben Sie Ihr Login oder Ihre E-Mail-Adresse ein.',
  send: 'Link senden',
  askedTitle: 'Sehen Sie in Ihr Postfach',
  askedText:
    'Wenn dieses Login hier bekannt ist und eine E-Mail-Adresse hat, ist ein Link dorthin unterwegs. Er gilt einmal, 30 Minuten lang.',
  askedMore: 'Nichts angekommen? Sehen Sie im Spam-Ordner nach, oder fragen Sie die Betreiber der Seite.',
  chooseTitle: 'Neues Passwort festlegen',
  choosingFor: 'Login',
  password: 'Neues Passwort',
  again: 'Neues Passwort wiederholen',
  rule: 'Mindestens {0} Zeichen, gleich welche. Gut sind mehrere Wörter, auf die niemand kommt.',
  save: 'Passwort speichern',
  passwordMissing: 'Geben Sie ein neues Passwort ein.',
  passwordsDiffer: 'Die beiden Passwörter sind nicht gleich.',
  tooShort: 'Dieses Passwort ist zu kurz: Es braucht mindestens {0} Zeichen.',
  tooLong: 'Dieses Passwort ist zu lang: Es darf höchstens 256 Zeichen haben.',
  listed: 'Dieses Passwort gehört zu den häufigsten, die als erste probiert werden. Wählen Sie ein anderes.',
  pattern: 'Dieses Passwort ist ein Muster, das früh probiert wird. Wählen Sie ein anderes.',
  personal: 'Dieses Passwort besteht aus Namen, die andere kennen können. Wählen Sie ein anderes.',
  doneTitle: 'Ihr Passwort ist geändert',
  doneText:
    'Gehen Sie zurück zur Seite und melden Sie sich damit an. Wenn Sie auch einen Code verwenden, werden Sie wie bisher danach gefragt.',
  invalidTitle: 'Dieser Link ist nicht gültig',
  invalidText:
    'Er wurde benutzt, ist älter als 30 Minuten oder nicht vollständig. Gehen Sie zurück zur Seite und fordern Sie einen neuen an.',
  needsScript: 'Diese Seite braucht JavaScript. Schalten Sie es ein und öffnen Sie den Link noch einmal.',
  deniedTitle: 'Das ist nicht möglich',
  deniedText: 'Sie können hier kein neues Passwort bekommen. Fragen Sie die Betreiber der Seite.',
  waitText: 'Das wurde von hier aus zu oft angefordert. Versuchen Sie es später noch einmal.',
  busyTitle: 'Versuchen Sie es gleich noch einmal',
  busyText: 'Der Dienst kann gerade nicht antworten. Es hat sich nichts geändert.',
  unlockTitle: 'Token entsperren',
  unlockText:
    'Falsche Codes haben Ihr Token gesperrt. Wenn Sie das waren, entsperren Sie es. Wenn nicht, lassen Sie es gesperrt und ändern Sie Ihr Passwort.',
  unlock: 'Jetzt entsperren',
  unlockedTitle: 'Ihr Token ist entsperrt',
  unlockedText: 'Gehen Sie zurück zur Seite und melden Sie sich mit Passwort und Code an.',
  unlockInvalidText:
    'Er wurde benutzt, ist älter als 30 Minuten oder nicht vollständig. Melden Sie sich noch einmal an, um einen neuen anzufordern.',
  secured: 'Gesichert durch Countersign',
};

export const PAGE_TEXTS: Record<MailLanguage, PageTexts> = { en, de };

export function flawText(texts: PageTexts, flaw: PasswordFlaw | undefined): string {
  return texts[flaw ?? 'listed'];
}

/** The language asked for, else the first of the browser's that there is, else English. */
export function pageLanguage(asked: string | undefined, acceptLanguage: string | undefined): MailLanguage {
  const wanted = [asked ?? '', ...(acceptLanguage ?? '').slice(0, 200).split(',')];
  const tags = wanted.map((tag) => tag.trim().slice(0, 2).toLowerCase());
  for (const tag of tags) {
    const known = MAIL_LANGUAGES.find((language) => language === tag);
    if (known) return known;
  }
  return 'en';
}
