/** What readers type, and what the documents call it. */
const SYNONYMS: readonly (readonly [typed: RegExp, words: string])[] = [
  [/\b(?:remember (?:me|device|browser)|trusted? (?:this )?(?:device|computer)|stay signed in)\b/, 'trusted browsers'],
  [/\b(?:colou?rs?|css|styl(?:e|es|ing)|branding|white.?label|logo|dark mode|fonts?)\b/, 'appearance saved resource'],
  [/\b(?:lost|stolen|broken|new) (?:my )?(?:phone|mobile|token|key|authenticator)\b/, 'lost device'],
  [/\b(?:phone|device) (?:is )?(?:lost|stolen|broken)\b/, 'lost device'],
  [/\b(?:docker|podman|kubernetes|k8s|helm|compose)\b/, 'container'],
  [/\b(?:i18n|l10n|locali[sz]ation|translat\w*)\b/, 'languages own texts'],
  [/\b(?:forgot|forgotten|reset) (?:my |the )?password\b/, 'forgotten passwords'],
  [/\b(?:admin|administrator) (?:password|locked out)\b/, 'administrators recover'],
  [/\b(?:gdpr|privacy|erase|erasure|right to be forgotten)\b/, 'personal data'],
  [/\b(?:webauthn|fido2?|yubikey|fingerprint|face id|biometric\w*)\b/, 'passkeys'],
  [/\b(?:totp|google authenticator|authy)\b/, 'authenticator apps'],
  [/\b(?:ios|android|mobile app|react native|flutter)\b/, 'native apps'],
  [/\b(?:smtp|mail server)\b/, 'mail'],
  [/\b(?:smtp|sms|twilio)\b/, 'codes sms'],
  [/\b(?:migrat\w*|switch(?:ing)? from|keycloak|auth0|firebase|clerk)\b/, 'move another system'],
  [/\b(?:updat(?:e|es|ing)|new version)\b/, 'upgrades'],
  [/\b(?:brute.?force|throttl\w*|too many requests)\b/, 'rate limits'],
  [/\b(?:failover|cluster|replica\w*|sentinel)\b/, 'high availability'],
  [/\b(?:prometheus|grafana|metrics|alerts?)\b/, 'monitoring'],
  [/\b(?:2fa|mfa|two.?factor)\b/, 'second factor'],
  [/\b(?:iframe|embed\w*)\b/, 'widget embed'],
  [/\bsign.?up|register\b/, 'enrolment set up'],
  [/\b(?:wrong|invalid|rejected) code\b/, 'form says no'],
  [/\b(?:getting started|get started|tutorial|first steps)\b/, 'quickstart'],
  [/\bapi (?:key|token|secret)s?\b/, 'api keys'],
  [/\bbackups?\b/, 'backups restore'],
  [/\bcountersign_\w/, 'configuration'],
];

/** Of questions: they occur in every document. */
const FILLERS = new Set(
  'a an and are at by can do does for from get how i in into is it me my not of on or the there this to we what when where why with you your'.split(
    ' ',
  ),
);

/** Guides come before what lists or compares, which has every word, and before the reasons. */
const WEIGHTS: readonly (readonly [pages: RegExp, weight: number])[] = [
  [/^\/docs\/(?:decisions|development|bench|shared)\//, 0.2],
  [
    /^\/docs\/(?:changelog|contributing|threat-model|security-requirements|data-dictionary|mutation-scores|text-keys)\b/,
    0.2,
  ],
  [/^\/docs\/(?:commands|refusal-codes|glossary|protectimus|clients\/parity)\b/, 0.4],
  [/^\/docs\/(?:clients|examples|widget|server)\b/, 0.5],
  [/^\/docs\/(?:api|help-users)\b/, 0.7],
];

const weightOf = (id: string) => WEIGHTS.find(([pages]) => pages.test(id))?.[1] ?? 1;

/** The words of a query, without fillers unless there is nothing else, and what the documents call them. */
function wordsOf(query: string): string[] {
  const typed = query.toLowerCase();
  // As the index is split.
  const words = typed.split(/[\n\r\p{Z}\p{P}]+/u).filter((word) => word !== '');
  const telling = words.filter((word) => !FILLERS.has(word));
  const meant = SYNONYMS.flatMap(([pattern, names]) => (pattern.test(typed) ? names.split(' ') : []));
  return [...new Set([...(telling.length > 0 ? telling : words), ...meant])];
}

/** How the search of the theme finds and orders: options of `minisearch`. */
export const RANKING = {
  tokenize: wordsOf,
  // As a beginning, a short word would find most others.
  prefix: (word: string) => word.length > 2,
  fuzzy: (word: string) => (word.length > 4 ? 0.2 : false),
  boostDocument: (id: string) => weightOf(id),
};
