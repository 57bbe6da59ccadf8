import type { ChecklistItem } from '../../shared/wire/checklist.ts';

/** What the commands are made of. Ids and addresses of our own making, and the name of a plan, which is free text. */
export interface Setting {
  /** The service's public URL. */
  origin: string;
  account: string;
  /** The first of the plans on offer, where the person may know it. */
  plan: string | undefined;
}

/**
 * How each item of the checklist is done today, as it is typed in a shell on the machine of the service. The last one is
 * done on a page of the site.
 */
export function commandFor(item: ChecklistItem, { origin, account, plan }: Setting): string | undefined {
  const countersign = `countersign --account ${account}`;
  const newestResource = `"$(${countersign} --ids resource list --limit 1)"`;
  switch (item) {
    case 'activate-plan':
      return plan === undefined ? undefined : `${countersign} plan choose --name ${quoted(plan)}`;
    case 'make-api-key':
      return `${countersign} key create --name 'My site' --scopes authenticate --lifetime 365d`;
    case 'add-resource':
      return `${countersign} resource create --name 'My site'`;
    case 'allow-origin':
      return `${countersign} resource update ${newestResource} --origin https://www.example.com`;
    case 'add-user':
      // Typed, so that it stands in no history.
      return `read -rs PASSWORD && printf '%s\\n' "$PASSWORD" | ${countersign} user create --login ada --password-stdin`;
    case 'add-token':
      return `${countersign} token create --name "Ada's phone" --kind totp --owner ada`;
    case 'assign':
      return `${countersign} assign --resource ${newestResource} --user ada`;
    case 'first-login':
      return [
        `<script src="${origin}/widget/v1/countersign.js" async></script>`,
        `<div data-countersign data-resource="${RESOURCE}" data-nonce="NONCE" data-action="/login"></div>`,
      ].join('\n');
  }
}

/** Stands for the id of the newest resource until that is known. */
export const RESOURCE = 'RESOURCE_ID';

/** One word for a shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
