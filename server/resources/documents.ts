import type { AccountId, FilterId, ResourceId } from '../kernel/ids.ts';
import type { SecretContext } from '../kernel/secret-context.ts';
import { defineDocument } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import { namedEntries } from '../store/index-entries.ts';
import type { Filter } from './filters/filter.ts';
import type { Hook } from './hook.ts';
import type { Logo } from './logo.ts';
import type { Resource } from './resource.ts';
import type { ResourceTexts } from './resource-texts.ts';

export const resourceDocument = defineDocument<Resource, [id: ResourceId]>({
  kind: 'resource',
  description: 'A resource: its rules of access, allowed origins, appearance, links.',
  anchor: 'resource',
  key: (id) => [id],
  indexes: (resource) =>
    namedEntries(resource, resourceIndexes.created(resource.account), resourceIndexes.names(resource.account)),
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
  isHot: true,
});

export const logoDocument = defineDocument<Logo, [resource: ResourceId]>({
  kind: 'logo',
  description: 'The logo of a resource.',
  anchor: 'resource',
  key: (resource) => [resource],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});

export const textsDocument = defineDocument<ResourceTexts, [resource: ResourceId, language: string]>({
  kind: 'texts',
  description: 'The own texts of a resource in one language.',
  anchor: 'resource',
  key: (resource, language) => [resource, language],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});

export function hookSecretContext(account: AccountId, resource: ResourceId, secret: string): SecretContext {
  return { account, kind: 'hook', id: resource, field: `secret/${secret}` };
}

/** Shares the resource's anchor: one commit changes the hook and the mark on the resource. */
export const hookDocument = defineDocument<Hook, [resource: ResourceId]>({
  kind: 'hook',
  description: "The blocking hook of a resource: the site's address that decides about each result.",
  anchor: 'resource',
  key: (resource) => [resource],
  secrets: {
    fields: 'signing secrets',
    of: ({ account, resource, secrets }) =>
      secrets.map(({ id, sealed }) => ({ sealed, context: hookSecretContext(account, resource, id) })),
  },
  onRestore: 'keep',
  // It gets a new secret. Until then no result is issued.
  onLostKey: (hook) => ({ ...hook, secrets: [] }),
  expires: 'never',
  isHot: true,
});

export const resourceIndexes = defineIndexes(
  { kind: 'resources', anchorOf: ({ id }) => id, onRestore: 'keep' },
  {
    created: (account: AccountId) => `${account}/created`,
    names: (account: AccountId) => `${account}/names`,
  },
);

export const filterDocument = defineDocument<Filter, [id: FilterId]>({
  kind: 'filter',
  description: 'A geo, time or IP filter.',
  anchor: 'filter',
  key: (id) => [id],
  indexes: (filter) => namedEntries(filter, filterIndexes.created(filter.account), filterIndexes.names(filter.account)),
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
  isHot: true,
});

export const filterIndexes = defineIndexes(
  { kind: 'filters', anchorOf: ({ id }) => id, onRestore: 'keep' },
  {
    created: (account: AccountId) => `${account}/created`,
    names: (account: AccountId) => `${account}/names`,
  },
);
