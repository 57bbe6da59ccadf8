import type { EnrolmentDictionary } from './en.ts';

export const de = {
  enrolTitle: 'Richten Sie Ihre Authenticator-App ein',
  enrolText: 'Ab jetzt zeigt sie die Codes, die Ihre Anmeldung neben dem Passwort schützen.',
  haveApp:
    'Öffnen Sie auf Ihrem Telefon eine Authenticator-App. Wenn Sie keine haben, installieren Sie eine aus dem App-Store.',
  scan: 'Scannen Sie diesen Code mit der App:',
  qr: 'QR-Code mit dem Schlüssel Ihres neuen Tokens',
  noScan: 'Keine Kamera zur Hand?',
  openApp: 'In einer App auf diesem Gerät öffnen',
  typeKey: 'Oder geben Sie diesen Schlüssel in die App ein:',
  copy: 'Kopieren',
  copied: 'Kopiert',
  notCopied: 'Das Kopieren ging nicht. Markieren Sie den Text selbst.',
  typeCode: 'Geben Sie den Code ein, den die App jetzt zeigt:',
  code: 'Code aus der App',
  later: 'Später',
  laterUntil: 'Sie können das bis {0} aufschieben.',
  laterFree: 'Sie können das auch ein andermal tun.',
  codesTitle: 'Bewahren Sie Ihre Wiederherstellungs\u00adcodes auf',
  codesText:
    'Wenn Ihr Telefon verloren geht, kommen Sie mit jedem davon einmal hinein. Sie werden nur jetzt angezeigt.',
  download: 'Herunterladen',
  print: 'Drucken',
  saved: 'Ich bewahre sie sicher auf.',
  savedMissing: 'Haken Sie das an, sobald Sie sie haben: Sie werden nicht noch einmal angezeigt.',
  fileTitle: 'Wiederherstellungscodes für {0}',
  fileText: 'Jeder Code gilt einmal, anstelle eines Codes aus Ihrer App.',
  linkDoneTitle: 'Ihre App ist eingerichtet',
  linkDoneText: 'Sie können diese Seite schließen. Ab jetzt melden Sie sich auch mit einem Code an.',
  linkBadTitle: 'Dieser Link führt nirgendwohin',
  unlockText: 'Wenn Sie selbst die falschen Codes eingegeben haben, können Sie ihn per E-Mail entsperren.',
  unlock: 'Link zum Entsperren per E-Mail',
  unlockSent:
    'Ein Link ist unterwegs an Ihre E-Mail-Adresse. Er gilt einmal, 30 Minuten lang. Melden Sie sich danach neu an.',
  ENROLMENT_REQUIRED: 'Das lässt sich nicht länger aufschieben. Richten Sie die App ein, um weiterzukommen.',
  ENROLMENT_LINK_INVALID:
    'Dieser Link wurde benutzt, ist abgelaufen oder nicht vollständig. Fordern Sie einen neuen an.',
} as const satisfies EnrolmentDictionary;
