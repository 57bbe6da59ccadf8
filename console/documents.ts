import type { ChecklistItem } from '@countersign/protocol/checklist';
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
  administrators: 'operations/first-start#administrators',
  apiKeys: 'api#api-keys',
  webhooks: 'webhooks',
  mail: 'console#email',
  plan: 'console#superuser',
  ownSignIn: 'console#roles',
};

/** The same for what a page has at addresses of its own: `:page` or `:tab`. */
export const PART_DOCUMENTS: Readonly<Partial<Record<PageRoute, Readonly<Record<string, string>>>>> = {
  resources: { appearance: 'appearance', texts: 'texts', embed: 'quickstart' },
  users: { import: 'console#import', links: 'help-users#links-by-email' },
  tokens: { import: 'importing-tokens' },
};

/** What explains each item of the checklist. */
export const CHECKLIST_DOCUMENTS: Readonly<Record<ChecklistItem, string>> = {
  'activate-plan': 'console#superuser',
  'make-api-key': 'api#api-keys',
  'add-resource': 'console#resources',
  'allow-origin': 'site-owners#allowed-origins',
  'add-user': 'console#users',
  'add-token': 'console#tokens',
  assign: 'console#users',
  'first-login': 'quickstart#4-check-the-result-in-your-backend',
  'set-up-mail': 'operations/messages#mail',
  'second-administrator': 'operations/first-start#administrators',
  'copy-master-key': 'operations/keys#master-key',
  'back-up': 'operations/backup#backups',
  'replace-lost-tokens': 'help-users#a-lost-device',
};

export function documentFor({ route, params }: Pick<Address, 'route' | 'params'>): string {
  const part = params.page ?? params.tab ?? '';
  return DOCUMENTS_PATH + (PART_DOCUMENTS[route]?.[part] ?? DOCUMENTS[route]);
}
