import { API_SCOPES } from '@countersign/protocol/api-keys';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ServicePlan } from '../accounts/account.ts';
import { createAccount } from '../accounts/create-account.ts';
import {
  type Invited,
  type InviteNeeds,
  inviteAdministrator,
  type NewAdministrator,
} from '../administration/invite-administrator.ts';
import { createApiKey } from '../api-keys/create-api-key.ts';
import { type AccountId, type AdministratorId, idFromBytes } from '../kernel/ids.ts';
import { MailerUnavailable } from '../kernel/ports/mailer.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { DAY_MS } from '../kernel/time.ts';

const YEAR_MS = 365 * DAY_MS;

interface NewAccount {
  name: string;
  plan?: ServicePlan | undefined;
  /** Address for the invitation of its superuser. */
  superuser?: string | undefined;
}

interface OpenedAccount {
  account: { id: AccountId; name: string };
  /** Full access to the account. The text is shown only once. */
  apiKey: { id: string; text: string; expiresAt: number };
  invited?: Omit<Invited, 'administrator'>;
  /** Set if the invitation could not be sent and must be sent again. */
  unsent?: AdministratorId;
}

/**
 * Creates what the operator starts with: an account, a key with full access to it and, with an address, an invitation
 * of its superuser. Not idempotent: each call creates another account.
 */
export async function openAccount(
  ports: InviteNeeds,
  { name, plan, superuser }: NewAccount,
): Promise<Result<OpenedAccount>> {
  const created = await createAccount(ports, { name, ...omitUndefined({ plan }) });
  if (isRefusal(created)) return created;
  const { id } = created.account;
  const act = { actor: { kind: 'operator', account: id } } as const;
  const key = await createApiKey(ports, act, { name: 'First key', scopes: [...API_SCOPES], lifetimeMs: YEAR_MS });
  if (isRefusal(key)) return key;
  const { expiresAt } = key.key;
  const opened = { account: { id, name }, apiKey: { id: key.key.id, text: key.text, expiresAt } };
  if (superuser === undefined) return opened;
  const unsent = idFromBytes('adm', ports.random.bytes(7));
  const invited = await inviteSuperuser(ports, act, unsent, superuser).catch((error: unknown) => {
    // The key is shown only once, so it is returned even if the mail fails.
    if (error instanceof MailerUnavailable) return undefined;
    throw error;
  });
  if (!invited) return { ...opened, unsent };
  return isRefusal(invited) ? invited : { ...opened, invited };
}

/** Invites the superuser of an account that has none. */
export async function inviteSuperuser(
  ports: InviteNeeds,
  act: RequestContext,
  id: AdministratorId,
  address: string,
): Promise<Result<Omit<Invited, 'administrator'>>> {
  const input: NewAdministrator = { email: address, name: address, language: 'en', grants: [], superuser: true };
  const invited = await inviteAdministrator(ports, act, { id }, input);
  if (isRefusal(invited)) return invited;
  const { administrator: _shown, ...invitation } = invited;
  return invitation;
}
