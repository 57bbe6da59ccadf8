import type { NoticeChange } from '../../kernel/mail.ts';
/** What the mails say, once for each language. A function takes what is put in; everything in it is escaped later. */
export interface MailWords {
  hello: string;
  ignore: string;
  linkFallback: string;
  invitation: {
    subject(account: string): string;
    says(account: string, inviter: string | undefined): string;
    button: string;
    until(instant: string): string;
  };
  code: { subject: string; says: string; until(span: string): string; never: string };
  signInCode: {
    subject(site: string): string;
    says(site: string): string;
    until(minutes: number): string;
    notYou: string;
  };
  transactionCode: {
    subject(site: string): string;
    says(site: string): string;
    /** Beside the code. */
    only: string;
    until(minutes: number): string;
    notYou: string;
  };
  reset: { subject: string; says(login: string): string; button: string; until(minutes: number): string };
  enrolment: {
    subject(site: string): string;
    says(login: string, site: string): string;
    button: string;
    until(hours: number): string;
  };
  unlock: {
    subject: string;
    says(login: string): string;
    button: string;
    until(minutes: number): string;
    notYou: string;
  };
  notice: {
    subject: Record<NoticeChange, string>;
    says: Record<NoticeChange, string>;
    when(instant: string, address: string | undefined): string;
    notYou: string;
  };
  balance: {
    subject(account: string): string;
    says(account: string, balance: string): string;
    due(debit: string, instant: string): string;
  };
  signature: string;
}

export const en: MailWords = {
  hello: 'Hello,',
  ignore: 'If you did not expect this message, you can ignore it: nothing happens without you.',
  linkFallback: 'If the button does not work, open this address:',
  invitation: {
    subject: (account) => `You are invited to administer ${account}`,
    says: (account, inviter) =>
      inviter === undefined
        ? `You are invited to become an administrator of ${account}.`
        : `${inviter} invites you to become an administrator of ${account}.`,
    button: 'Accept the invitation',
    until: (instant) => `The invitation works once, until ${instant}.`,
  },
  code: {
    subject: 'Your confirmation code',
    says: 'Enter this code to confirm your e-mail address:',
    until: (span) => `It expires after ${span}.`,
    never: 'We never ask you for it.',
  },
  signInCode: {
    subject: (site) => `Your sign-in code for ${site}`,
    says: (site) => `Enter this code to sign in to ${site}:`,
    until: (minutes) => `It expires after ${minutes} minutes and works once.`,
    notYou:
      'We never ask you for it. If you are not signing in right now, someone else may know your password: change it.',
  },
  transactionCode: {
    subject: (site) => `Confirm this at ${site}`,
    says: (site) => `You are asked to confirm this at ${site}:`,
    only: 'If all of it is right, and you started it yourself, enter this code:',
    until: (minutes) => `It expires after ${minutes} minutes and works once, for this alone.`,
    notYou: 'We never ask you for it. If you did not start this, do not enter the code, and tell the site.',
  },
  reset: {
    subject: 'Set a new password',
    says: (login) => `We received a request for a new password for the login ${login}.`,
    button: 'Set a new password',
    until: (minutes) => `The link expires after ${minutes} minutes and works once.`,
  },
  enrolment: {
    subject: (site) => `Set up your second factor for ${site}`,
    says: (login, site) =>
      `With this link you set up an authenticator app for the login ${login} at ${site}. Have your phone at hand.`,
    button: 'Set it up',
    until: (hours) => `The link expires after ${hours} hours and works once.`,
  },
  unlock: {
    subject: 'Unlock your token',
    says: (login) => `Your token for the login ${login} was locked after too many wrong codes. This link unlocks it.`,
    button: 'Unlock it',
    until: (minutes) => `The link expires after ${minutes} minutes and works once.`,
    notYou: 'If you did not ask for this, someone else knows your password: change it, and do not open the link.',
  },
  notice: {
    subject: {
      password: 'Your password was changed',
      email: 'Your e-mail address was changed',
      pin: 'The PIN of a token of yours was changed',
      'token-added': 'A token was added to your sign-in',
      'token-removed': 'A token was removed from your sign-in',
      'token-unlocked': 'Your token was unlocked',
      recovered: 'Your access was recovered',
      'recovery-code-used': 'A recovery code was used for your sign-in',
      'recovery-codes': 'Your recovery codes were replaced',
      superuser: 'The role of the superuser has moved',
    },
    says: {
      password: 'The password of your sign-in was changed. All other sessions have ended.',
      email: 'The e-mail address of your sign-in was changed.',
      pin: 'The PIN that you type with the codes of a token was changed.',
      'token-added': 'A token that makes one-time passwords was added to your sign-in.',
      'token-removed': 'A token that makes one-time passwords was removed from your sign-in.',
      'token-unlocked': 'A token of your sign-in that wrong codes had locked was unlocked with a link in a mail.',
      recovered: 'Your access was recovered on the server, and your token was taken away. Enrol a new one.',
      'recovery-code-used': 'Somebody signed in with one of your recovery codes in place of a one-time password.',
      'recovery-codes': 'New recovery codes were made for your sign-in. The old ones no longer work.',
      superuser: 'The role of the superuser was handed from one administrator to another; you are one of the two.',
    },
    when: (instant, address) => `When: ${instant}${address === undefined ? '' : `, from ${address}`}.`,
    notYou: 'If that was not you, speak to your administrator at once.',
  },
  balance: {
    subject: (account) => `The balance of ${account} is low`,
    says: (account, balance) => `The balance of ${account} is ${balance}.`,
    due: (debit, instant) =>
      `The next fee of ${debit} is due on ${instant}. If the balance does not cover it, nobody can sign in from then on.`,
  },
  signature: 'Sent by Countersign',
};

export const de: MailWords = {
  hello: 'Guten Tag,',
  ignore: 'Falls Sie diese Nachricht nicht erwartet haben, ist nichts zu tun: Ohne Sie geschieht nichts.',
  linkFallback: 'Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:',
  invitation: {
    subject: (account) => `Einladung zur Verwaltung von ${account}`,
    says: (account, inviter) =>
      inviter === undefined
        ? `Sie sind eingeladen, ${account} mit zu verwalten.`
        : `${inviter} lädt Sie ein, ${account} mit zu verwalten.`,
    button: 'Einladung annehmen',
    until: (instant) => `Die Einladung gilt bis ${instant} und nur einmal.`,
  },
  code: {
    subject: 'Ihr Bestätigungscode',
    says: 'Mit diesem Code bestätigen Sie Ihre E-Mail-Adresse:',
    until: (span) => `Er gilt ${span}.`,
    never: 'Niemand von uns wird Sie je danach fragen.',
  },
  signInCode: {
    subject: (site) => `Ihr Anmeldecode für ${site}`,
    says: (site) => `Mit diesem Code melden Sie sich bei ${site} an:`,
    until: (minutes) => `Er gilt ${minutes} Minuten und nur einmal.`,
    notYou:
      'Niemand von uns wird Sie je danach fragen. Falls Sie sich gerade nicht anmelden, kennt vielleicht jemand anderer Ihr Passwort: Ändern Sie es.',
  },
  transactionCode: {
    subject: (site) => `Bestätigen Sie das bei ${site}`,
    says: (site) => `Sie sollen bei ${site} Folgendes bestätigen:`,
    only: 'Wenn alles stimmt und Sie es selbst begonnen haben, geben Sie diesen Code ein:',
    until: (minutes) => `Er gilt ${minutes} Minuten, einmal, und für nichts anderes.`,
    notYou:
      'Niemand von uns wird Sie je danach fragen. Haben Sie das nicht begonnen, dann geben Sie den Code nicht ein und melden Sie es der Website.',
  },
  reset: {
    subject: 'Neues Passwort setzen',
    says: (login) => `Für die Anmeldung ${login} wurde ein neues Passwort angefordert.`,
    button: 'Neues Passwort setzen',
    until: (minutes) => `Der Link gilt ${minutes} Minuten und nur einmal.`,
  },
  enrolment: {
    subject: (site) => `Richten Sie Ihren zweiten Faktor für ${site} ein`,
    says: (login, site) =>
      `Mit diesem Link richten Sie eine Authenticator-App für die Anmeldung ${login} bei ${site} ein. Halten Sie Ihr Telefon bereit.`,
    button: 'Jetzt einrichten',
    until: (hours) => `Der Link gilt ${hours} Stunden und nur einmal.`,
  },
  unlock: {
    subject: 'Entsperren Sie Ihr Token',
    says: (login) =>
      `Ihr Token für die Anmeldung ${login} wurde nach zu vielen falschen Codes gesperrt. Dieser Link entsperrt es.`,
    button: 'Jetzt entsperren',
    until: (minutes) => `Der Link gilt ${minutes} Minuten und nur einmal.`,
    notYou:
      'Falls Sie das nicht verlangt haben, kennt jemand Ihr Passwort: Ändern Sie es, und öffnen Sie den Link nicht.',
  },
  notice: {
    subject: {
      password: 'Ihr Passwort wurde geändert',
      email: 'Ihre E-Mail-Adresse wurde geändert',
      pin: 'Die PIN eines Ihrer Tokens wurde geändert',
      'token-added': 'Ihre Anmeldung hat ein weiteres Token',
      'token-removed': 'Ein Token Ihrer Anmeldung wurde entfernt',
      'token-unlocked': 'Ihr Token wurde entsperrt',
      recovered: 'Ihr Zugang wurde wiederhergestellt',
      'recovery-code-used': 'Ein Wiederherstellungscode Ihrer Anmeldung wurde verwendet',
      'recovery-codes': 'Ihre Wiederherstellungscodes sind neu',
      superuser: 'Die Rolle der Hauptverwaltung ist übergegangen',
    },
    says: {
      password: 'Das Passwort Ihrer Anmeldung wurde geändert. Alle anderen Sitzungen sind beendet.',
      email: 'Die E-Mail-Adresse Ihrer Anmeldung wurde geändert.',
      pin: 'Die PIN, die Sie mit den Codes eines Tokens eingeben, wurde geändert.',
      'token-added': 'Ein Token, das Einmalpasswörter erzeugt, gehört jetzt zu Ihrer Anmeldung.',
      'token-removed': 'Ein Token, das Einmalpasswörter erzeugt, gehört nicht mehr zu Ihrer Anmeldung.',
      'token-unlocked':
        'Ein Token Ihrer Anmeldung, das falsche Codes gesperrt hatten, wurde mit einem Link aus einer Mail entsperrt.',
      recovered:
        'Ihr Zugang wurde am Server wiederhergestellt und Ihr Token entfernt. Bitte richten Sie ein neues ein.',
      'recovery-code-used':
        'Jemand hat sich mit einem Ihrer Wiederherstellungscodes statt mit einem Einmalpasswort angemeldet.',
      'recovery-codes': 'Für Ihre Anmeldung gibt es neue Wiederherstellungscodes. Die alten gelten nicht mehr.',
      superuser:
        'Die Rolle der Hauptverwaltung ist von einer Person auf eine andere übergegangen; Sie sind eine von beiden.',
    },
    when: (instant, address) => `Zeitpunkt: ${instant}${address === undefined ? '' : `, von ${address}`}.`,
    notYou: 'Falls Sie das nicht waren, sprechen Sie sofort mit Ihrer Verwaltung.',
  },
  balance: {
    subject: (account) => `Das Guthaben von ${account} geht zur Neige`,
    says: (account, balance) => `Das Guthaben von ${account} beträgt ${balance}.`,
    due: (debit, instant) =>
      `Die nächste Gebühr von ${debit} ist am ${instant} fällig. Reicht das Guthaben nicht, kann sich ab dann niemand mehr anmelden.`,
  },
  signature: 'Gesendet von Countersign',
};
