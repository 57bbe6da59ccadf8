import type { ServicePlan } from '../accounts/account.ts';
import { createAccount } from '../accounts/create-account.ts';
import { type Invited, type InviteNeeds, inviteAdministrator } from '../administrators/invite-administrator.ts';
import { createApiKey } from '../api-keys/create-api-key.ts';
import { API_SCOPES } from '../kernel/api-scope.ts';
import { type AccountId, type AdministratorId, idFromBytes } from '../kernel/ids.ts';
import { MailerUnavailable } from '../kernel/ports/mailer.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { DAY_MS } from '../kernel/time.ts';

const YEAR_MS = 365 * DAY_MS;

export interface NewAccount {
  name: string;
  plan?: ServicePlan | undefined;
  /** Address of whoever is invited to be its superuser. */
  superuser?: string | undefined;
}

export interface OpenedAccount {
  account: { id: AccountId; name: string };
  /** May do everything in it. The text is shown this once. */
  apiKey: { id: string; text: string; expiresAt: number };
  invited?: Omit<Invited, 'administrator'>;
  /** Who is invited, where the mail could not be sent: it is to be sent again. */
  unsent?: AdministratorId;
}

/**
 * What the operator begins with: an account, a key that may do everything in it and, where named, an invitation of its
 * superuser. Refuses nothing on repetition: each call makes another account.
 */
export async function openAccount(
  ports: InviteNeeds,
  { name, plan, superuser }: NewAccount,
): Promise<Result<OpenedAccount>> {
  const made = await createAccount(ports, { name, ...(plan && { plan }) });
  if (isRefusal(made)) return made;
  const { id } = made.account;
  const act = { actor: { kind: 'operator', account: id } } as const;
  const key = await createApiKey(ports, act, { name: 'First key', scopes: [...API_SCOPES], lifetimeMs: YEAR_MS });
  if (isRefusal(key)) return key;
  const { expiresAt } = key.key;
  const opened = { account: { id, name }, apiKey: { id: key.key.id, text: key.text, expiresAt } };
  if (superuser === undefined) return opened;
  const unsent = idFromBytes('adm', ports.random.bytes(7));
  const invited = await inviteAdministrator(
    ports,
    act,
    { id: unsent },
    { email: superuser, name: superuser, language: 'en', grants: [], superuser: true },
  ).catch((error: unknown) => {
    // The key is shown this once, whatever becomes of the mail.
    if (error instanceof MailerUnavailable) return undefined;
    throw error;
  });
  if (!invited) return { ...opened, unsent };
  if (isRefusal(invited)) return invited;
  const { administrator: _shown, ...invitation } = invited;
  return { ...opened, invited: invitation };
}
