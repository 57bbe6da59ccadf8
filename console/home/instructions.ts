import type { ChecklistItem } from '../../shared/wire/checklist.ts';

/** What the commands are made of. Ids and addresses of our own making, and the name of a plan, which is free text. */
export interface Setting {
  account: string;
  /** The first of the plans on offer, where the person may know it. */
  plan: string | undefined;
}

/**
 * Where in the console an item of the checklist is done; undefined where it cannot do that yet.
 *
 * @param resource id of the newest resource, if there is one
 */
export function placeFor(item: ChecklistItem, resource: string | undefined): string | undefined {
  const one = resource === undefined ? '/console/resources' : `/console/resources/${resource}`;
  switch (item) {
    case 'add-resource':
      return '/console/resources/new';
    case 'allow-origin':
      return one;
    case 'add-user':
      return '/console/users/new';
    case 'add-token':
      return '/console/tokens/new';
    // Whom one gives access is chosen there.
    case 'assign':
      return '/console/users';
    case 'first-login':
      return resource === undefined ? one : `${one}/embed`;
    default:
      return undefined;
  }
}

/** How an item is done that has no place here yet, as it is typed in a shell on the machine of the service. */
export function commandFor(item: ChecklistItem, { account, plan }: Setting): string | undefined {
  const countersign = `countersign --account ${account}`;
  switch (item) {
    case 'activate-plan':
      return plan === undefined ? undefined : `${countersign} plan choose --name ${quoted(plan)}`;
    case 'make-api-key':
      return `${countersign} key create --name 'My site' --scopes authenticate --lifetime 365d`;
    default:
      return undefined;
  }
}

/** One word for a shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
