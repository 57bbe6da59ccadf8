import { DOCUMENTS_PATH } from '@countersign/protocol/documents';
import type { Address, PageRoute } from './router.ts';

/** What each page of the console is explained in, below `/docs/`. */
export const DOCUMENTS: Readonly<Record<PageRoute, string>> = {
  home: 'console#home',
  resources: 'console#resources',
  users: 'console#users',
  tokens: 'console#tokens',
  filters: 'console#filters',
  events: 'console#events',
  administrators: 'operators#administrators',
  apiKeys: 'api#api-keys',
  webhooks: 'backend-developers#webhooks',
  mail: 'console#email',
  plan: 'console#superuser',
  ownSignIn: 'console#roles',
};

/** The same for what a page has at addresses of its own: `:page` or `:tab`. */
export const PART_DOCUMENTS: Readonly<Partial<Record<PageRoute, Readonly<Record<string, string>>>>> = {
  resources: { appearance: 'site-owners#appearance', embed: 'quickstart' },
  users: { import: 'console#import', links: 'api#links-by-email' },
  tokens: { import: 'importing-tokens' },
};

export function documentFor({ route, params }: Pick<Address, 'route' | 'params'>): string {
  const part = params.page ?? params.tab ?? '';
  return DOCUMENTS_PATH + (PART_DOCUMENTS[route]?.[part] ?? DOCUMENTS[route]);
}
