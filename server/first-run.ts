import type { ServicePlan } from './domain/account.ts';
import { emailShape } from './domain/names.ts';
import type { Logger } from './http/log.ts';
import type { Ports } from './ports/index.ts';
import { openAccount } from './usecases/administrators/open-account.ts';
import { issueSetupLink } from './usecases/administrators/set-up.ts';
import { isRefusal } from './usecases/verdict.ts';

type Needs = Ports & { issuer: string };

/** A fresh installation has no password to guess: it says where its first account is made, to whoever started it. */
export async function announceSetup(ports: Needs, log: Pick<Logger, 'warn'>): Promise<void> {
  const made = await issueSetupLink(ports);
  if (!made) return;
  const until = new Date(made.expiresAt).toISOString();
  // Logs are sent elsewhere and kept: the link is not for all who read them.
  log.warn({ until }, 'there is no account yet: make it with the link that `countersign setup` prints');
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
  const opened = await openAccount(ports, { name, superuser, plan });
  if (isRefusal(opened)) throw new Error(opened.refused);
  const { account, apiKey, invited, unsent } = opened;
  console.log(`account  ${account.id}\nAPI key  ${apiKey.text}\nexpires  ${new Date(apiKey.expiresAt).toISOString()}`);
  console.log('\nThe key is shown this once. It may do everything in its account: keep it on your server.');
  if (unsent) console.log(`\nThe invitation could not be sent. Send it again: countersign admin resend ${unsent}`);
  if (!invited) return;
  const { handOver, expiresAt } = invited;
  const until = new Date(expiresAt).toISOString();
  console.log(
    handOver
      ? `\ninvitation  ${handOver.link}\ncode        ${handOver.code}\nuntil       ${until}`
      : `\nThe invitation has been sent to ${superuser}.`,
  );
}
