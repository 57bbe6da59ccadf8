import type { ServicePlan } from './domain/account.ts';
import type { AccountId } from './domain/ids.ts';
import { idFromBytes } from './domain/ids.ts';
import { emailShape } from './domain/names.ts';
import type { Logger } from './http/log.ts';
import type { Ports } from './ports/index.ts';
import { inviteAdministrator } from './usecases/administrators/invite-administrator.ts';
import { issueSetupLink } from './usecases/administrators/set-up.ts';
import { createAccount } from './usecases/create-account.ts';
import { createApiKey } from './usecases/create-api-key.ts';
import { isRefusal } from './usecases/verdict.ts';

type Needs = Ports & { issuer: string };

const YEAR_MS = 365 * 24 * 3_600_000;

/** A fresh installation has no password to guess: it says where its first account is made, to whoever started it. */
export async function announceSetup(ports: Needs, log: Pick<Logger, 'warn'>): Promise<void> {
  const made = await issueSetupLink(ports);
  if (!made) return;
  const until = new Date(made.expiresAt).toISOString();
  log.warn({ link: made.link, until }, 'there is no account yet: make it, and its superuser, with this link');
  console.error(
    `There is no account yet. Make it, and its superuser, with this link, once, until ${until}:\n${made.link}`,
  );
}

export interface SetupArguments {
  name?: string | undefined;
  superuser?: string | undefined;
  /** What the account begins on. */
  plan?: ServicePlan;
}

/**
 * The setup link; or, with a name, an account with an API key. That refuses nothing on repetition: each call makes
 * another account.
 */
export async function printSetup(ports: Needs, { name, superuser, plan }: SetupArguments): Promise<void> {
  if (name === undefined) {
    const made = await issueSetupLink(ports);
    if (!made) throw new Error('there is an account already; another one is made with --name');
    console.log(
      `${made.link}\n\nMakes the account and its superuser, once, until ${new Date(made.expiresAt).toISOString()}.`,
    );
    return;
  }
  // Before anything is made.
  if (superuser !== undefined && !emailShape(superuser)) throw new Error('--superuser takes an e-mail address');
  const made = await createAccount(ports, { name, ...(plan && { plan }) });
  if (isRefusal(made)) throw new Error(made.refused);
  const account = made.account.id;
  const scopes = ['authenticate', 'read', 'write', 'administer'] as const;
  const key = await createApiKey(
    ports,
    { actor: { kind: 'operator', account } },
    { name: 'First key', scopes: [...scopes], lifetimeMs: YEAR_MS },
  );
  if (isRefusal(key)) throw new Error(key.refused);
  console.log(`account  ${account}\nAPI key  ${key.text}\nexpires  ${new Date(key.key.expiresAt).toISOString()}`);
  console.log('\nThe key is shown this once. It may do everything in its account: keep it on your server.');
  if (superuser !== undefined) await inviteSuperuser(ports, account, superuser);
}

async function inviteSuperuser(ports: Needs, account: AccountId, email: string): Promise<void> {
  const invited = await inviteAdministrator(
    ports,
    { actor: { kind: 'operator', account } },
    { id: idFromBytes('adm', ports.random.bytes(7)) },
    { email, name: email, language: 'en', grants: [], superuser: true },
  );
  if (isRefusal(invited)) throw new Error(invited.refused);
  const { handOver, expiresAt } = invited;
  const until = new Date(expiresAt).toISOString();
  console.log(
    handOver
      ? `\ninvitation  ${handOver.link}\ncode        ${handOver.code}\nuntil       ${until}`
      : `\nThe invitation has been sent to ${email}.`,
  );
}
