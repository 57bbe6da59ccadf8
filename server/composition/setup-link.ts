import { resolve } from 'node:path';
import type { ServicePlan } from '../accounts/account.ts';
import { hasAccount, issueSetupLink } from '../administration/set-up.ts';
import { ConfigError } from '../config/load-config.ts';
import { label } from '../http/api/fields.ts';
import type { Logger } from '../http/log.ts';
import { isEmailShape } from '../kernel/names.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { openAccount } from './open-account.ts';

interface Announcement {
  log: Pick<Logger, 'warn'>;
  /** Prints the setup link when run on this machine. */
  command: string;
  /** Standard error. */
  errors: { isTTY?: boolean; write(text: string): boolean };
}

/**
 * A fresh installation has no default password: it announces how to create the first account. Logs, and an output that
 * is not a terminal, are shipped elsewhere and stored, so they get the command that prints the link, and no link
 * (SR-42).
 */
export async function announceSetup(
  ports: Ports & { issuer: string },
  { log, command, errors }: Announcement,
): Promise<void> {
  if (await hasAccount(ports)) return;
  log.warn({ command }, 'there is no account yet: this command prints the link that creates it');
  const created = errors.isTTY === true ? await issueSetupLink(ports) : undefined;
  if (!created) return;
  const until = new Date(created.expiresAt).toISOString();
  errors.write(
    `There is no account yet. This link creates it with its superuser, and works once, until ${until}:\n${created.link}\n`,
  );
}

/** The command for a shell on this machine that prints the setup link. */
export function setupCommand(program: string, dataFolder: string): string {
  const words = ['node', program, 'setup', '--data', resolve(dataFolder)];
  return words.map((word) => (/^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

export interface SetupArguments {
  name?: string | undefined;
  superuser?: string | undefined;
  /** The service plan of the new account. */
  plan?: ServicePlan;
}

/** Before anything is created, and all at once. */
function refuseArguments(name: string, superuser: string | undefined): void {
  const problems = [
    ...(label(100).safeParse(name).success
      ? []
      : [{ name: '--name', problem: 'takes one line of 1 to 100 characters' }]),
    ...(superuser === undefined || isEmailShape(superuser)
      ? []
      : [{ name: '--superuser', problem: 'takes an email address' }]),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}

/**
 * Prints the setup link or, with a name, creates an account with an API key. Not idempotent: each call creates another
 * account.
 */
export async function printSetup(
  ports: Ports & { issuer: string },
  { name, superuser, plan }: SetupArguments,
): Promise<void> {
  if (name === undefined) {
    if (superuser !== undefined) {
      throw new Error(
        '--superuser needs --name here; countersign setup --superuser invites that of an existing account',
      );
    }
    const created = await issueSetupLink(ports);
    if (!created) throw new Error('an account exists already; create another with --name');
    console.log(
      `${created.link}\n\nThe link creates the account and its superuser. It works once, until ${new Date(created.expiresAt).toISOString()}.`,
    );
    return;
  }
  refuseArguments(name, superuser);
  const opened = await openAccount(ports, { name, superuser, plan });
  if (isRefusal(opened)) throw new Error(opened.refused);
  const { account, apiKey, invited, unsent } = opened;
  console.log(`account  ${account.id}\nAPI key  ${apiKey.text}\nexpires  ${new Date(apiKey.expiresAt).toISOString()}`);
  console.log('\nThe key is shown only once. It has full access to its account: keep it on your server.');
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
