import type { SavedLook } from '@countersign/protocol/appearance';
import { type FirstScreens, firstScreenHtml } from '@countersign/protocol/first-screen';
import { linksOf } from '@countersign/protocol/links';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { languageOf } from '@countersign/ui/i18n/language-of';
import { acceptedLanguages } from '../../kernel/accept-language.ts';
import { logoPath } from '../../resources/logo.ts';
import type { PublicInfo } from '../../resources/public-info.ts';

/** What the page around a frame wants, as its loader wrote it into the frame's address: untrusted. */
export interface RequestedLook {
  theme: unknown;
  variables: unknown;
  /** BCP 47 tag; empty: the browser's language. */
  locale: string;
  isClosable: boolean;
  /** Whether the page has a login request, so that the first step depends on it. */
  isGiven: boolean;
}

const MAX_LOOK_LENGTH = 4_000;

/** Undefined if there is none, or it is no object: then the script applies what the page sends. */
export function readLook(text: string | undefined): RequestedLook | undefined {
  if (text === undefined || text.length > MAX_LOOK_LENGTH) return undefined;
  try {
    const { theme, variables, locale, closable } = Object(JSON.parse(text)) as Record<string, unknown>;
    if (theme === undefined) return undefined;
    return {
      theme,
      variables,
      locale: typeof locale === 'string' ? locale : '',
      isClosable: closable === true,
      isGiven: Object(variables).given === true,
    };
  } catch {
    return undefined;
  }
}

/** What the document says of a resource. */
export function savedLook({ appearance, links, back }: PublicInfo): SavedLook {
  const shown = { ...omitUndefined({ back }), ...links };
  return { ...appearance, ...(Object.keys(shown).length > 0 && { links: shown }) };
}

/** With the links and the footer that the page wants, if it names any, as the console's preview does. */
export function withPageLinks(shown: PublicInfo, { variables }: Pick<RequestedLook, 'variables'>): PublicInfo {
  const { links, footer } = Object(variables) as Record<string, unknown>;
  return {
    ...shown,
    ...(links !== undefined && { links: linksOf(links) }),
    ...(footer !== undefined && { appearance: { ...shown.appearance, footer: footer !== false } }),
  };
}

/** The first screen of a sign-in, in the first of these languages that the widget has. */
export function firstScreen(
  { scripts, languages }: FirstScreens,
  requested: RequestedLook,
  acceptLanguage: string | undefined,
  { resource, shown, hasPasskey }: { resource: string; shown: PublicInfo; hasPasskey: boolean },
) {
  const locale = requested.locale || shown.appearance?.locale;
  const tags = locale ? [locale] : acceptedLanguages(acceptLanguage);
  const lang = tags.map(languageOf).find((one) => Object.hasOwn(languages, one)) ?? 'en';
  const language = languages[lang];
  if (!language) return {};
  const first = requested.isGiven ? undefined : hasPasskey ? 'passkey' : 'identify';
  return {
    lang,
    dir: language.dir,
    preload: [...language.texts, ...(first === 'passkey' ? scripts.passkeys : [])],
    ...(first && { first }),
    screen: firstScreenHtml(language, {
      body: first ?? 'loading',
      name: shown.title,
      logo: shown.logo === undefined ? undefined : logoPath(resource, shown.logo),
      isTest: shown.isTest,
      isClosable: requested.isClosable,
      saved: savedLook(shown),
    }),
  } as const;
}
