import type { SessionView } from '@countersign/protocol/session';
import {
  Activity,
  Code,
  Filter,
  Globe,
  House,
  type IconNode,
  KeyRound,
  Mail,
  ShieldUser,
  Smartphone,
  Users,
  Wallet,
  Webhook,
} from 'lucide';
import type { ComponentType } from 'preact';
import type { LoadsLanguage } from './i18n/page-texts.ts';
import type { PageRoute } from './router.ts';
import type { ShellText } from './shell/i18n.ts';

/** The exports of a page's module. */
export interface PageModule {
  Page: ComponentType;
  messages?: LoadsLanguage;
  style?: string;
}

/** A page of the console: its route, and how to load it. */
export interface PageEntry {
  /** Label in the navigation. */
  label: ShellText;
  icon: IconNode;
  /** The key to press after `g`. */
  key: string;
  group: 'work' | 'own';
  /** Which administrators see it in their navigation; all if absent. */
  isFor?(session: SessionView): boolean;
  /** How the search over everything finds and links its objects. */
  find?: { path: string; name(item: FoundObject): string; href(item: FoundObject): string };
  load(): Promise<PageModule>;
}

export type FoundObject = Readonly<Record<string, unknown>> & { id: string };

/** The pages of the signed-in console, in the order of the navigation. */
export const PAGES: Readonly<Record<PageRoute, PageEntry>> = {
  home: {
    label: 'pageHome',
    icon: House,
    key: 'h',
    group: 'work',
    load: () => import('./home/page.tsx'),
  },
  resources: {
    label: 'pageResources',
    icon: Globe,
    key: 'r',
    group: 'work',
    find: { path: 'resources', name: ({ name }) => String(name), href: ({ id }) => `/console/resources/${id}` },
    load: () => import('./resources/page.tsx'),
  },
  users: {
    label: 'pageUsers',
    icon: Users,
    key: 'u',
    group: 'work',
    find: { path: 'users', name: ({ login }) => String(login), href: ({ id }) => `/console/users/${id}` },
    load: () => import('./users/page.tsx'),
  },
  tokens: {
    label: 'pageTokens',
    icon: Smartphone,
    key: 't',
    group: 'work',
    find: { path: 'tokens', name: ({ name }) => String(name), href: ({ id }) => `/console/tokens/${id}` },
    load: () => import('./tokens/page.tsx'),
  },
  filters: {
    label: 'pageFilters',
    icon: Filter,
    key: 'f',
    group: 'work',
    find: { path: 'filters', name: ({ name }) => String(name), href: ({ id }) => `/console/filters/${id}` },
    load: () => import('./filters/page.tsx'),
  },
  events: {
    label: 'pageEvents',
    icon: Activity,
    key: 'e',
    group: 'work',
    load: () => import('./events/page.tsx'),
  },
  administrators: {
    label: 'pageAdministrators',
    icon: ShieldUser,
    key: 'a',
    group: 'work',
    isFor: ({ administrator }) => administrator.role === 'superuser',
    find: {
      path: 'administrators',
      name: ({ name }) => String(name),
      href: ({ id }) => `/console/administrators/${id}`,
    },
    load: () => import('./administrators/page.tsx'),
  },
  apiKeys: {
    label: 'pageApiKeys',
    icon: Code,
    key: 'k',
    group: 'work',
    isFor: ({ administrator }) => administrator.role === 'superuser',
    find: { path: 'api-keys', name: ({ name }) => String(name), href: ({ id }) => `/console/api-keys/${id}` },
    load: () => import('./api-keys/page.tsx'),
  },
  webhooks: {
    label: 'pageWebhooks',
    icon: Webhook,
    key: 'w',
    group: 'work',
    isFor: ({ administrator }) => administrator.role === 'superuser',
    find: {
      path: 'webhooks',
      name: ({ url, description }) => String(description ?? url),
      href: ({ id }) => `/console/webhooks/${id}`,
    },
    load: () => import('./webhooks/page.tsx'),
  },
  mail: {
    label: 'pageMail',
    icon: Mail,
    key: 'm',
    group: 'work',
    isFor: ({ administrator }) => administrator.role === 'superuser',
    load: () => import('./mail/page.tsx'),
  },
  plan: {
    label: 'pagePlan',
    icon: Wallet,
    key: 'p',
    group: 'work',
    isFor: ({ hasBilling }) => hasBilling,
    load: () => import('./plan/page.tsx'),
  },
  ownSignIn: {
    label: 'pageOwnSignIn',
    icon: KeyRound,
    key: 'y',
    group: 'own',
    load: () => import('./profile/page.tsx'),
  },
};
