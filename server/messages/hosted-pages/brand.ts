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
  /** The origin of the site. */
  back?: string;
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
  const back = siteOf(stored.value, origin, ports.issuer);
  return { resource, shown: publicInfo(stored.value, ports.texts), ...omitUndefined({ back }) };
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

/** The links, and below them the mark of the service. */
export function pageFooter({ language, own }: PageLanguage, secured: string, brand: Brand | undefined): Html {
  const links = Object.entries(linksOf(brand?.shown.links));
  const t = translateWith<LinkName>(own, language, 'widget/sign-in');
  const toSite = translateWith<'back'>(own, language, 'widget/standalone');
  const { back, shown } = brand ?? {};
  return html`<footer>${back && shown ? html`<a href="${back}">${toSite('back', { site: shown.title })}</a>` : ''}${links.map(
    ([name, href]) => html`<a href="${href}">${t(name as LinkName)}</a>`,
  )}${shown?.appearance?.footer === false ? '' : html`<p>${secured}</p>`}</footer>`;
}
