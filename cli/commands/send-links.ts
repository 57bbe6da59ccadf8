import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { type Service, UsageError } from '../connection/service.ts';
import { EXIT } from '../output/exit-codes.ts';
import { escapeControls } from '../output/table.ts';
import { flagValue } from '../resources/field-values.ts';
import { detailOf, type RowAnswer, sendRows } from '../transfer/bulk-rows.ts';
import { type LinkFile, openLinkFile } from '../transfer/link-file.ts';
import { showProgress } from '../transfer/progress.ts';
import { type Environment, Run } from './context.ts';
import { pages } from './pages.ts';

interface Flags {
  withoutPassword?: boolean;
  withoutToken?: boolean;
  secretLost?: boolean;
  resource?: string;
  language: string;
  validFor?: string;
  handOver?: string;
  dryRun?: boolean;
}

interface Target {
  id: string;
  login: string;
}

interface LinkAnswer extends RowAnswer {
  link?: string;
  expiresAt?: number;
}

interface Counts {
  done: number;
  /** A mailed link is still valid, the file has one, or the user has a working token. */
  unneeded: number;
  refused: { login: string; code: string; detail?: string }[];
  refusedCount: number;
}

/** Mails take time, and a request has thirty seconds. */
const MAIL_BATCH = 100;
const FILE_BATCH = 500;
const MAX_LISTED = 1000;

/** `countersign user send-links`: links to passwords or tokens for many users, by mail or into a file. */
export function addSendLinks(group: Command, around: Environment): void {
  group
    .command('send-links')
    .description('send links to many users, or write the links to a file; run again, it resumes and sends none twice')
    .option('--without-password', 'users without a password: a link to set one')
    .option('--without-token', 'users without a working token who may set one up: a link to do so')
    .option('--secret-lost', 'users whose token was lost with the master key: a link to a new one')
    .option('--resource <id>', 'only users of this resource, and tokens for it')
    .option('--language <tag>', 'of email and page', 'en')
    .option('--valid-for <span>', 'such as 7d, the maximum; default 24h for tokens and first passwords')
    .option('--hand-over <file>', 'write login, link and expiry to this CSV file instead of sending mail')
    .option('--dry-run', 'check every user and send nothing')
    .action(async (flags: Flags, command: Command) => {
      const run = new Run(around, command);
      const chosen = [flags.withoutPassword, flags.withoutToken, flags.secretLost].filter(Boolean);
      if (chosen.length !== 1)
        throw new UsageError('choose one of --without-password, --without-token and --secret-lost');
      const dryRun = flags.dryRun === true;
      const row = rowOf(flags);
      const file = flags.handOver === undefined || dryRun ? undefined : openLinkFile(flags.handOver, Date.now());
      try {
        const counts = await run.inAccount((service) => sendAll(run, service, { flags, row, file, dryRun }));
        report(run, flags, counts, dryRun);
      } finally {
        file?.close();
      }
    });
}

function rowOf({ withoutPassword, resource, language, validFor = '24h', handOver }: Flags): Record<string, unknown> {
  const validForMs = flagValue({ flag: 'valid-for', type: 'duration' }, validFor);
  return {
    kind: withoutPassword ? 'password' : 'enrolment',
    delivery: handOver === undefined ? 'mail' : 'hand-over',
    language,
    validForMs,
    ...(!withoutPassword && resource !== undefined && { resource }),
  };
}

interface Work {
  flags: Flags;
  row: Record<string, unknown>;
  file: LinkFile | undefined;
  dryRun: boolean;
}

async function sendAll(run: Run, service: Service, { flags, row, file, dryRun }: Work): Promise<Counts> {
  const counts: Counts = { done: 0, unneeded: 0, refused: [], refusedCount: 0 };
  const all = await targetsOf(service, flags);
  const targets = all.filter(({ login }) => !file?.holds(login));
  counts.unneeded = all.length - targets.length;
  const progress = showProgress(run.stderr, targets.length, !run.json);
  // A request that is repeated gives the same links again.
  const id = randomUUID();
  const size = row.delivery === 'mail' ? MAIL_BATCH : FILE_BATCH;
  try {
    for (let from = 0; from < targets.length; from += size) {
      const batch = targets.slice(from, from + size);
      const rows = batch.map(({ id: user }) => ({ body: { ...row, user }, key: `${id}/${user}` }));
      const { answers, failure } = await sendRows(service, { path: '/v1/bulk/links', dryRun }, rows);
      note(counts, file, batch, answers as (LinkAnswer | undefined)[]);
      progress.at(from + batch.length, counts.done, counts.refusedCount);
      if (failure !== undefined) throw failure;
      // The mail server takes none of them: the next would fare no better.
      if (answers.every((answer) => answer?.status === 503)) {
        run.stderr.write('interrupted, because no mail can be sent: run the same command to resume\n');
        break;
      }
    }
    return counts;
  } finally {
    progress.stop();
  }
}

function note(
  counts: Counts,
  file: LinkFile | undefined,
  batch: readonly Target[],
  answers: readonly (LinkAnswer | undefined)[],
): void {
  const links = batch.flatMap(({ login }, at) => {
    const { link, expiresAt } = answers[at] ?? {};
    return link !== undefined && expiresAt !== undefined ? [{ login, link, expiresAt }] : [];
  });
  file?.add(links);
  for (const [at, { login }] of batch.entries()) {
    const answer = answers[at];
    if (answer && answer.status < 300) counts[answer.status === 200 && answer.expiresAt ? 'unneeded' : 'done'] += 1;
    else if (answer?.code === 'ENROLMENT_NOT_NEEDED') counts.unneeded += 1;
    else {
      counts.refusedCount += 1;
      const detail = detailOf(answer);
      const refused = { login, code: answer?.code ?? 'NO_ANSWER', ...(detail !== undefined && { detail }) };
      if (counts.refused.length < MAX_LISTED) counts.refused.push(refused);
    }
  }
}

/** The users, each once. Found before anything is sent, because a link may change who is found. */
async function targetsOf(service: Service, { withoutPassword, secretLost, resource }: Flags): Promise<Target[]> {
  if (secretLost) {
    const owners = new Set<string>();
    for await (const { owner } of pages<{ owner?: string }>(service, '/v1/tokens', { state: 'secret-lost' })) {
      if (owner !== undefined) owners.add(owner);
    }
    if (owners.size === 0) return [];
    // The list of users has their logins, in far fewer requests than one for each.
    const users = await readTargets(service, { resource });
    return users.filter(({ id }) => owners.has(id));
  }
  return readTargets(service, { resource, ...(withoutPassword && { hasPassword: false }) });
}

async function readTargets(service: Service, query: Readonly<Record<string, unknown>>): Promise<Target[]> {
  const found = new Map<string, Target>();
  for await (const { id, login } of pages<Target>(service, '/v1/users', { ...query, blocked: false })) {
    found.set(id, { id, login });
  }
  return [...found.values()];
}

function report(run: Run, { handOver }: Flags, counts: Counts, dryRun: boolean): void {
  const { done, unneeded, refused, refusedCount } = counts;
  if (refusedCount > 0) process.exitCode = EXIT.partly;
  if (run.json) {
    run.show({ done, unneeded, refused, refusedCount, dryRun });
    return;
  }
  for (const { login, code, detail } of refused) {
    run.stderr.write(`${escapeControls(login)}: ${code}${detail === undefined ? '' : ` ${escapeControls(detail)}`}\n`);
  }
  if (refusedCount > refused.length) run.stderr.write(`${refusedCount - refused.length} more refused\n`);
  const what = dryRun ? 'would be made' : handOver === undefined ? 'sent' : `written to ${handOver}`;
  run.print(`links: ${done} ${what}, ${unneeded} not needed, ${refusedCount} refused`);
}
