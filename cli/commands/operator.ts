import type { Command } from 'commander';
import { UsageError } from '../connection/service.ts';
import { EXIT } from '../output/exit-codes.ts';
import { addBackup, collect } from './backup.ts';
import { type Environment, Run } from './context.ts';
import { handOver } from './hand-over.ts';

/** `serve` runs the server; the other commands use its socket. */
export function addOperator(program: Command, around: Environment): void {
  program
    .command('serve')
    .description('serve; configured by COUNTERSIGN_* variables')
    .option('--demo', 'with a demo account and a shop to sign in to, on loopback only')
    .option('--fresh', 'with --demo: delete the demo of this folder first')
    .action(async ({ demo, fresh }: { demo?: boolean; fresh?: boolean }, command: Command) => {
      if (fresh && !demo) throw new UsageError('--fresh goes with --demo');
      await (demo
        ? handOver(around, command, fresh ? ['--fresh'] : [], 'demo.js')
        : handOver(around, command, ['serve']));
    });
  program
    .command('setup')
    .description('print the setup link of a fresh installation; or create an account')
    .option('--name <text>', 'create an account of this name and its first API key, shown once')
    .option('--superuser <email>', 'invite its superuser; without --name, that of an account that has none')
    .action(async ({ name, superuser }: { name?: string; superuser?: string }, command: Command) => {
      const run = new Run(around, command);
      if (name === undefined && superuser !== undefined) {
        const body = { email: superuser };
        const invited = await run.inAccount((service) => service.send('POST', '/operator/superuser', { body }));
        return run.show(invited.body as Record<string, unknown>);
      }
      const [path, body] = name === undefined ? ['/operator/setup-link', {}] : ['/operator/setup', { name, superuser }];
      const { body: made } = await run.asOperator((service) => service.send('POST', path, { body }));
      run.show(made as Record<string, unknown>);
      run.note(
        name === undefined
          ? '\nThe link creates the account and its superuser. It works once.'
          : '\nThe key is shown only once. It has full access to its account: keep it on your server.',
      );
    });
}

/** Sends a test code, to check delivery. It opens nothing. */
export function addMessageTest(program: Command, around: Environment): void {
  const courier = program.command('courier').description('delivery of codes');
  courier
    .command('test')
    .description('send a test code, to see whether it arrives')
    .requiredOption('--to <address>', 'an international number such as +4915112345678, or an email address')
    .option('--language <tag>', 'of the message')
    .action(async (flags: { to: string; language?: string }, command: Command) => {
      const run = new Run(around, command);
      const { body } = await run.asOperator((service) =>
        service.send('POST', '/operator/test-codes', { body: { ...flags } }),
      );
      run.show(body as Record<string, unknown>);
    });
}

/** Credits, backups, restore, doctor and audit: maintenance of a server. */
export function addMaintenance(program: Command, around: Environment): void {
  program
    .command('credit')
    .description('credit the account named by --account, once per reference')
    .requiredOption('--amount <minor units>', 'such as 4900')
    .requiredOption('--reference <text>', 'of the payment; the same reference is credited only once')
    .action(async (flags: { amount: string; reference: string }, command: Command) => {
      const run = new Run(around, command);
      const { account } = run;
      // Money needs a named account, even if there is only one.
      if (account === undefined) throw new UsageError('name the account with --account');
      const amount = Number(flags.amount);
      if (!Number.isSafeInteger(amount)) throw new UsageError('--amount: a whole number of minor units');
      const body = { account, amount, reference: flags.reference };
      const { body: entry } = await run.asOperator((service) => service.send('POST', '/operator/credits', { body }));
      run.show(entry as Record<string, unknown>);
    });
  addBackup(program, around);
  program
    .command('forget-secrets')
    .description('after the master key is lost: show what can no longer be decrypted, while no service runs')
    .option('--confirm', 'discard that permanently, and use a new master key')
    .action(({ confirm }: { confirm?: boolean }, command: Command) =>
      handOver(around, command, [
        'forget-secrets',
        ...(confirm ? ['--confirm'] : []),
        ...(command.optsWithGlobals<{ json?: boolean }>().json ? ['--json'] : []),
      ]),
    );
  program
    .command('doctor')
    .description(
      'find leftovers of crashes, damaged files of the audit archive and an expired certificate; show processes, and how far back events go',
    )
    .option('--mend', 'remove the leftovers, and rebuild the indexes of lists by name')
    .action(async ({ mend = false }: { mend?: boolean }, command: Command) => {
      const run = new Run(around, command);
      const { body } = await run.asOperator((service) =>
        service.send('POST', '/operator/leftovers', { body: { mend } }),
      );
      const { items, processes, eventRetention, withoutPasskey, certificate, countryData } = body as Findings;
      run.showList(items, ['account', 'kind', 'id', 'mended'], 'no leftovers and no damaged files');
      for (const { version, startedAt, masterKeys } of processes) {
        const since = new Date(startedAt).toISOString();
        run.note(`process of version ${version} since ${since}, master keys ${masterKeys.join(', ')}`);
      }
      for (const { account, administrator, email } of withoutPasskey) {
        run.note(
          `warning: ${email} (${administrator} of ${account}) has no passkey, which the console requires: run countersign admin recover`,
        );
      }
      for (const line of retentionNotes(eventRetention)) run.note(line);
      for (const line of certificateNotes(certificate)) run.note(line);
      const age = countryData.isOld ? ', more than six months old: see COUNTERSIGN_GEO_DATABASE' : '';
      run.note(`country data of ${new Date(countryData.builtAt).toISOString().slice(0, 10)}${age}`);
      // The service would not start again with files that cannot be used.
      const isCertificateFaulty = certificate?.validity === 'expired' || certificate?.isRenewalRefused === true;
      if (isCertificateFaulty || items.some(({ mended }) => mended !== true)) process.exitCode = EXIT.partly;
    });
  const audit = program.command('audit').description('exports of events');
  audit
    .command('verify <file>')
    .description('verify an export offline: find changed, dropped, moved or cut off events')
    .requiredOption('--keys <file>', 'the published keys, from /.well-known/jwks.json; repeat for older ones', collect)
    .option('--known <number:hash>', 'a head known from an earlier export')
    .action((file: string, flags: { keys: string[]; known?: string }, command: Command) => {
      const { json, account } = command.optsWithGlobals<{ json?: boolean; account?: string }>();
      return handOver(
        around,
        command,
        ['verify', file, ...flags.keys.flatMap((keys) => ['--keys', keys])]
          .concat(flags.known === undefined ? [] : ['--known', flags.known])
          .concat(account === undefined ? [] : ['--account', account])
          .concat(json ? ['--json'] : []),
        'audit.js',
      );
    });
}

interface Findings {
  items: Record<string, unknown>[];
  processes: { version: string; startedAt: number; masterKeys: string[] }[];
  eventRetention: EventRetention;
  /** Administrators who cannot sign in without the operator. */
  withoutPasskey: { account: string; administrator: string; email: string }[];
  /** Absent where the listener has none. */
  certificate?: CertificateFinding;
  countryData: CountryData;
}

interface EventRetention {
  keptDays: number;
  /** Absent: no maximum. */
  mostEvents?: number;
  early: { account: string; reachDays: number; daysLeft: number }[];
}

function retentionNotes({ keptDays, mostEvents, early }: EventRetention): string[] {
  if (mostEvents === undefined) return [`audit events are kept for ${keptDays} days`];
  const limit = `audit events are kept for ${keptDays} days, at most ${mostEvents} of an account`;
  return [
    limit,
    ...early.map(
      ({ account, reachDays, daysLeft }) =>
        `audit log of ${account}: will reach back ${reachDays} of ${keptDays} days, days left: ${daysLeft}; see COUNTERSIGN_EVENTS_KEPT`,
    ),
  ];
}

interface CertificateFinding {
  expiresAt: number;
  daysLeft: number;
  validity: 'valid' | 'expires-soon' | 'expired';
  isRenewalRefused: boolean;
}

function certificateNotes(certificate: CertificateFinding | undefined): string[] {
  if (!certificate) return [];
  const { expiresAt, daysLeft, validity, isRenewalRefused } = certificate;
  const at = new Date(expiresAt).toISOString();
  const left = `certificate of the listener expires at ${at}, days left: ${daysLeft}`;
  const said = {
    valid: left,
    'expires-soon': `warning: ${left}; find out why it has not been renewed`,
    expired: `failure: certificate of the listener expired at ${at}: browsers and backends refuse it`,
  };
  const refused = 'failure: the new certificate in the files cannot be used: see the log';
  return [said[validity], ...(isRenewalRefused ? [refused] : [])];
}

interface CountryData {
  builtAt: number;
  isOld: boolean;
}
