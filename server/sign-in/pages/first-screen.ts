import type { SavedLook } from '@countersign/protocol/appearance';
import { type FirstScreens, fillTemplate, firstScreenHtml } from '@countersign/protocol/first-screen';
import type { FrameTexts } from '@countersign/protocol/frame-texts';
import { linksOf } from '@countersign/protocol/links';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { languageOf } from '@countersign/ui/i18n/language-of';
import { acceptedLanguages } from '../../kernel/accept-language.ts';
import { type OwnTexts, translateWith } from '../../kernel/own-texts.ts';
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

/** The language of the first screen: the first that the page, the resource or the browser wants and the widget has. */
export function screenLanguage(
  { languages }: FirstScreens,
  requested: RequestedLook,
  acceptLanguage: string | undefined,
  { appearance }: PublicInfo,
): string {
  const locale = requested.locale || appearance?.locale;
  const tags = locale ? [locale] : acceptedLanguages(acceptLanguage);
  return tags.map(languageOf).find((one) => Object.hasOwn(languages, one)) ?? 'en';
}

interface ScreenFacts {
  lang: string;
  resource: string;
  shown: PublicInfo;
  hasPasskey: boolean;
  /** Texts in this language that replace ours. */
  own?: OwnTexts | undefined;
}

/** The first screen of a sign-in. */
export function firstScreen(
  { scripts, languages, template }: FirstScreens,
  requested: RequestedLook,
  { lang, resource, shown, hasPasskey, own }: ScreenFacts,
) {
  const language = languages[lang];
  if (!language) return {};
  const drawn = own ? fillTemplate(template, translateWith(own, lang, 'widget/sign-in')) : language;
  const first = requested.isGiven ? undefined : hasPasskey ? 'passkey' : 'identify';
  return {
    lang,
    dir: language.dir,
    preload: [...language.texts, ...(own ? scripts.ownTexts : []), ...(first === 'passkey' ? scripts.passkeys : [])],
    ...(first && { first }),
    ...(shown.own && { texts: frameTexts(lang, own) }),
    screen: firstScreenHtml(drawn, {
      body: first ?? 'loading',
      name: shown.title,
      logo: shown.logo === undefined ? undefined : logoPath(resource, shown.logo),
      isTest: shown.isTest,
      isClosable: requested.isClosable,
      saved: savedLook(shown),
    }),
  } as const;
}

/** For the frame's script: the texts of the language that the document is in. In another language the script asks. */
export function frameTexts(lang: string, own: OwnTexts | undefined): string {
  const inWidget = [...(own ?? [])].filter(([key]) => !/^(?:mail|sms|pages)\./.test(key));
  return JSON.stringify({ lang, texts: Object.fromEntries(inWidget) } satisfies FrameTexts);
}
