import type { ChecklistItem } from '@countersign/protocol/checklist';
import { CONSOLE_ROUTES } from '@countersign/protocol/console-routes';

type OperatorItem = 'copy-master-key' | 'back-up';

/** Whether the operator of the server does an item, outside of the console. */
export function isOperators(item: ChecklistItem): item is OperatorItem {
  return item === 'copy-master-key' || item === 'back-up';
}

/**
 * The page where an item of the checklist is done.
 *
 * @param resource id of the newest resource, if there is one
 */
export function checklistLink(item: Exclude<ChecklistItem, OperatorItem>, resource: string | undefined): string {
  const one = resource === undefined ? CONSOLE_ROUTES.resources[0] : `/console/resources/${resource}`;
  switch (item) {
    case 'activate-plan':
      return CONSOLE_ROUTES.plan[0];
    case 'make-api-key':
      return '/console/api-keys/new';
    case 'add-resource':
      return '/console/resources/new';
    case 'allow-origin':
      return resource === undefined ? one : `${one}/settings/where`;
    case 'add-user':
      return '/console/users/new';
    case 'add-token':
      return '/console/tokens/new';
    // Access is granted on a user's page, so choose the user first.
    case 'assign':
      return CONSOLE_ROUTES.users[0];
    case 'first-login':
      return resource === undefined ? one : `${one}/embed`;
    case 'set-up-mail':
      return CONSOLE_ROUTES.mail[0];
    case 'second-administrator':
      return '/console/administrators/new';
    case 'replace-lost-tokens':
      return `${CONSOLE_ROUTES.tokens[0]}?state=deactivated`;
  }
}

/** Whether an item leads to a page of a resource. */
export function leadsToResource(item: ChecklistItem): boolean {
  return item === 'allow-origin' || item === 'first-login';
}

/** Items that only the superuser can do, whatever resources another administrator may act on. */
export const SUPERUSERS: readonly ChecklistItem[] = [
  'activate-plan',
  'make-api-key',
  'add-resource',
  'set-up-mail',
  'second-administrator',
  'copy-master-key',
];
