import { type LinkName, linksOf } from '@countersign/protocol/links';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { html } from 'hono/html';
import { parseId, type ResourceId } from '../../kernel/ids.ts';
import { translateWith } from '../../kernel/own-texts.ts';
import type { TextPorts } from '../../kernel/ports/ports.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { logoPath } from '../../resources/logo.ts';
import { siteOf } from '../../resources/origins.ts';
import { type PublicInfo, publicInfo } from '../../resources/public-info.ts';
import type { PageLanguage } from './texts.ts';

/** The resource that a hosted page is about. It shows only what every visitor of the site sees. */
export interface Brand {
  resource: ResourceId;
  shown: PublicInfo;
  /** The origin that the page comes from; otherwise that of the site. */
  origin?: string;
  /** Where the user goes back to: the site, or the self-service page that they came from. */
  back?: string;
  /** Whether users sign in on a page of the service, which can fill in a login. */
  hasSignInPage: boolean;
}

/**
 * @param id the resource that a page or a link names
 * @param origin the origin that the page claims to come from
 */
export async function readBrand(
  ports: TextPorts & { issuer: string },
  id: string | undefined,
  origin?: string,
): Promise<Brand | undefined> {
  const resource = parseId('res', id);
  if (!resource) return undefined;
  const [stored] = await ports.store.getMany([resourceDocument.key(resource)], ports.clock.now());
  if (!stored) return undefined;
  const { selfService, redirectUris = [], appRedirectUris = [] } = stored.value;
  const isOfSelfService = selfService !== undefined && origin === ports.issuer;
  const from = isOfSelfService ? origin : siteOf(stored.value, origin, ports.issuer);
  const back = isOfSelfService ? `/widget/v1/self?resource=${resource}` : from;
  const hasSignInPage = selfService !== undefined || redirectUris.length + appRedirectUris.length > 0;
  const shown = publicInfo(stored.value, ports.texts);
  return { resource, shown, hasSignInPage, ...omitUndefined({ origin: from, back }) };
}

type Html = ReturnType<typeof html>;

export function brandHeader({ resource, shown: { title, logo } }: Brand): Html {
  return html`<header>${
    logo === undefined
      ? html`<b><bdi>${title}</bdi></b>`
      : html`<img class="logo" src="${logoPath(resource, logo)}" alt="${title}">`
  }</header>
`;
}

/** What leads back to the site says, in the page's language. */
export function backText({ language, own }: PageLanguage, { shown }: Brand): string {
  return translateWith<'back'>(own, language, 'widget/standalone')('back', { site: shown.title });
}

/**
 * The links, and below them the mark of the service.
 *
 * @param hasBack whether the way back is one of them
 */
export function pageFooter(spoken: PageLanguage, secured: string, brand: Brand | undefined, hasBack: boolean): Html {
  const links = Object.entries(linksOf(brand?.shown.links));
  const t = translateWith<LinkName>(spoken.own, spoken.language, 'widget/sign-in');
  return html`<footer>${hasBack && brand?.back ? html`<a href="${brand.back}">${backText(spoken, brand)}</a>` : ''}${links.map(
    ([name, href]) => html`<a href="${href}">${t(name as LinkName)}</a>`,
  )}${brand?.shown.appearance?.footer === false ? '' : html`<p>${secured}</p>`}</footer>`;
}
