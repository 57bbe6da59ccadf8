import { REFUSALS } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { MAX_PARTITIONS } from '@countersign/protocol/partition-count';
import type { Context } from 'hono';
import { z } from 'zod';
import { createAccount } from '../../accounts/create-account.ts';
import { deleteAccount } from '../../accounts/delete-account.ts';
import { listAccountDeletions, listAccounts } from '../../accounts/read-account.ts';
import { setAdministratorFactors } from '../../administration/administrator-factors.ts';
import { factorsField, presentFactors } from '../../administration/factor-routes.ts';
import { findWithoutPasskey } from '../../administration/find-without-passkey.ts';
import { recoverAdministrator } from '../../administration/recover-administrator.ts';
import { issueSetupLink } from '../../administration/set-up.ts';
import { MAX_AMOUNT } from '../../billing/ledger-entry.ts';
import { firstPlan, type PlanCatalogue } from '../../billing/plans.ts';
import { postEntry } from '../../billing/post-entry.ts';
import type { Config } from '../../config/load-config.ts';
import { findEarlyRemovals } from '../../events/drop-old-segments.ts';
import { retentionOf } from '../../events/retention-forecast.ts';
import { email, label, languageTag } from '../../http/api/fields.ts';
import { internalRoute } from '../../http/api/route.ts';
import { refuseResult } from '../../http/api/router.ts';
import type { AppEnv } from '../../http/context.ts';
import type { Logger } from '../../http/log.ts';
import { faultOf, refuse } from '../../http/problem.ts';
import { textStream } from '../../http/text-stream.ts';
import { type AccountId, idFromBytes, parseId } from '../../kernel/ids.ts';
import { mailLanguage } from '../../kernel/mail.ts';
import { ArchiveUnavailable } from '../../kernel/ports/audit-archive.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { backUp } from '../../operations/backup/back-up.ts';
import { backUpChanges, readBackupPoint } from '../../operations/backup/back-up-changes.ts';
import { backupText } from '../../operations/backup/backup-text.ts';
import { recordBackup } from '../../operations/backup/record-backup.ts';
import { acceptClock } from '../../operations/clock/accept-clock.ts';
import type { ClockGuard } from '../../operations/clock/clock-guard.ts';
import {
  beginMasterKey,
  finishMasterKey,
  type MasterKeyLocation,
  type MasterKeyOverview,
  readMasterKeys,
} from '../../operations/maintenance/change-master-key.ts';
import { checkArchive } from '../../operations/maintenance/check-archive.ts';
import { checkLeftovers } from '../../operations/maintenance/doctor.ts';
import { findingsText } from '../../operations/maintenance/findings-text.ts';
import { type CertificateState, judgeCertificate } from '../../operations/maintenance/judge-certificate.ts';
import { readSigningKeys, rotateSigningKeys } from '../../operations/maintenance/rotate-signing-keys.ts';
import { sendTestCode } from '../../operations/maintenance/send-test-message.ts';
import { readProcesses } from '../../operations/processes/read-processes.ts';
import { isOld } from '../../platform/geoip/geo-lookup.ts';
import { MasterKeyError } from '../../platform/secret-box/load-master-key.ts';
import type { MoveReport, MoveTarget } from '../move.ts';
import { inviteSuperuser, openAccount } from '../open-account.ts';

/** The functions that these routes need besides the ports. */
export interface OperatorTools {
  issuer: string;
  plans: PlanCatalogue;
  makeSigningKey: Parameters<typeof rotateSigningKeys>[1];
  masterKeys: MasterKeyLocation;
  clockGuard: Pick<ClockGuard, 'turn' | 'state' | 'accept'>;
  eventRetention: Config['eventRetention'];
  /** Absent where the listener has none. */
  certificate?: () => CertificateState;
  moveStore: (target: MoveTarget) => AsyncGenerator<MoveReport>;
}

type Services = Ports & OperatorTools;

const KEYS_IN_ENVIRONMENT = {
  detail:
    'the master keys are set by variables: change COUNTERSIGN_MASTER_KEY, or what is mounted as COUNTERSIGN_MASTER_KEY_FILE, and COUNTERSIGN_OLD_MASTER_KEYS there',
};

const NOTHING_FOLLOWS = {
  detail:
    'this store has no backup of that state: it is of another store, from before a restore, or older than 35 days. Make a full one',
};

const STORE_CLOCK_DIFFERS = {
  detail: "the clock of the store's server differs from this machine's: set both right, and no acceptance is needed",
};

const accountRoutes = [
  internalRoute({
    method: 'get',
    path: '/operator/accounts',
    scope: 'operator',
    handle: async (c, ports: Services) => c.json({ items: await listAccounts(ports) }),
  }),
  internalRoute({
    method: 'post',
    path: '/operator/accounts',
    scope: 'operator',
    body: z.strictObject({ name: label(100) }),
    handle: async (c, ports: Services, body) => {
      const created = await createAccount(ports, { ...body, plan: firstPlan(ports.plans) });
      return isRefusal(created) ? refuseResult(c, created) : c.json(created.account, 201);
    },
  }),
  internalRoute({
    method: 'get',
    path: '/operator/account-deletions',
    scope: 'operator',
    handle: async (c, ports: Services) => c.json({ items: await listAccountDeletions(ports) }),
  }),
  internalRoute({
    method: 'post',
    path: '/operator/accounts/:id/deletion',
    scope: 'operator',
    body: z.strictObject({ confirm: z.string().max(100), force: z.boolean().default(false) }),
    handle: async (c, ports: Services, { confirm, force }) => {
      const id = parseId('acc', c.req.param('id'));
      if (!id) return refuse(c, 'ACCOUNT_NOT_FOUND');
      const begun = await deleteAccount(ports, id, { confirm, isForced: force });
      if (isRefusal(begun)) return refuseResult(c, begun);
      // The account's own log goes with it.
      c.get('log').warn({ account: id, isForced: force }, 'an account was deleted by the operator');
      return c.json(begun.deletion, 202);
    },
  }),
  internalRoute({
    method: 'post',
    path: '/operator/setup',
    scope: 'operator',
    body: z.strictObject({ name: label(100), superuser: email.optional() }),
    handle: async (c, ports: Services, body) => {
      const created = await openAccount(ports, { ...body, plan: firstPlan(ports.plans) });
      return isRefusal(created) ? refuseResult(c, created) : c.json(created, 201);
    },
  }),
  internalRoute({
    method: 'post',
    path: '/operator/superuser',
    scope: 'operator-account',
    body: z.strictObject({ email }),
    handle: async (c, ports: Services, body) => {
      const id = idFromBytes('adm', ports.random.bytes(7));
      const invited = await inviteSuperuser(ports, c.get('act'), id, body.email);
      if (!isRefusal(invited)) return c.json(invited, 201);
      // The operator may invite any other.
      if (invited.refused !== 'FORBIDDEN') return refuseResult(c, invited);
      return refuse(c, 'INPUT_INVALID', { detail: 'the account has a superuser, who alone hands over the role' });
    },
  }),
  internalRoute({
    method: 'post',
    path: '/operator/setup-link',
    scope: 'operator',
    handle: async (c, ports: Services) => {
      const created = await issueSetupLink(ports);
      const detail =
        'there is an account already: invite its superuser with --superuser, or make another one with --name';
      return created ? c.json(created, 201) : refuse(c, 'INPUT_INVALID', { detail });
    },
  }),
  internalRoute({
    method: 'post',
    path: '/operator/credits',
    scope: 'operator',
    body: z.strictObject({
      account: z.custom<AccountId>((text) => parseId('acc', text) !== undefined, 'the id of an account'),
      amount: z.int().min(1).max(MAX_AMOUNT),
      reference: z.string().regex(/^[\x21-\x7e]{1,200}$/, '1 to 200 visible ASCII characters'),
    }),
    handle: async (c, ports: Services, { account, amount, reference }) => {
      const { plans } = ports;
      const entry = { kind: 'credit', amount, currency: plans.currency, reference, reason: 'payment' } as const;
      const booked = await postEntry(ports, { actor: { kind: 'operator', account } }, plans, entry);
      return isRefusal(booked) ? refuseResult(c, booked) : c.json(booked.entry, 201);
    },
  }),
  // It resets both factors, so only the operator has it and the API does not.
  internalRoute({
    method: 'post',
    path: '/operator/administrators/:id/recovery',
    scope: 'operator-account',
    handle: async (c, ports: Services) => {
      const id = parseId('adm', c.req.param('id'));
      if (!id) return refuse(c, 'ADMINISTRATOR_NOT_FOUND');
      const outcome = await recoverAdministrator(ports, c.get('act'), id);
      return isRefusal(outcome) ? refuseResult(c, outcome) : c.json(outcome, 201);
    },
  }),
  internalRoute({
    method: 'post',
    path: '/operator/administrator-factors',
    scope: 'operator-account',
    body: z.strictObject({ factors: factorsField }),
    handle: async (c, ports: Services, { factors }) => {
      const verdict = await setAdministratorFactors(ports, c.get('act'), factors);
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(presentFactors(verdict), 200);
    },
  }),
];

const keyRoutes = [
  internalRoute({
    method: 'get',
    path: '/operator/master-keys',
    scope: 'operator',
    handle: (c, ports: Services) => withKeyFile(c, () => readMasterKeys(ports, ports.masterKeys)),
  }),
  internalRoute({
    method: 'post',
    path: '/operator/master-keys',
    scope: 'operator',
    handle: async (c, ports: Services) => {
      const { file } = ports.masterKeys;
      if (!file) return refuse(c, 'INPUT_INVALID', KEYS_IN_ENVIRONMENT);
      return withKeyFile(c, () => beginMasterKey(ports, file));
    },
  }),
  internalRoute({
    method: 'post',
    path: '/operator/master-keys/finish',
    scope: 'operator',
    handle: async (c, ports: Services) => {
      const { file } = ports.masterKeys;
      if (!file) return refuse(c, 'INPUT_INVALID', KEYS_IN_ENVIRONMENT);
      return withKeyFile(c, () => finishMasterKey(ports, file));
    },
  }),
  internalRoute({
    method: 'get',
    path: '/operator/signing-keys',
    scope: 'operator',
    handle: async (c, ports: Services) => c.json({ items: await readSigningKeys(ports) }),
  }),
  internalRoute({
    method: 'post',
    path: '/operator/signing-keys',
    scope: 'operator',
    handle: async (c, ports: Services) => c.json(await rotateSigningKeys(ports, ports.makeSigningKey)),
  }),
];

const maintenanceRoutes = [
  internalRoute({
    method: 'get',
    path: '/operator/clock',
    scope: 'operator',
    handle: async (c, { clockGuard }: Services) => {
      await clockGuard.turn();
      return c.json(clockGuard.state());
    },
  }),
  internalRoute({
    method: 'post',
    path: '/operator/clock',
    scope: 'operator',
    handle: async (c, ports: Services) => {
      const accepted = await acceptClock(ports, ports.clockGuard);
      return isRefusal(accepted) ? refuse(c, 'CLOCK_IN_DOUBT', STORE_CLOCK_DIFFERS) : c.json(accepted);
    },
  }),
  internalRoute({
    method: 'post',
    path: '/operator/leftovers',
    scope: 'operator',
    body: z.strictObject({ mend: z.boolean() }),
    handle: async (c, ports: Services, { mend }) => {
      const [processes, eventRetention, withoutPasskey] = await Promise.all([
        readProcesses(ports),
        readEventRetention(ports),
        findWithoutPasskey(ports),
      ]);
      const text = findingsText(findFaults(ports, mend), () => {
        const [builtAt, now] = [ports.geo.builtAt(), ports.clock.now()];
        const certificate = ports.certificate && judgeCertificate(ports.certificate(), now);
        return {
          processes,
          eventRetention,
          withoutPasskey,
          certificate,
          countryData: { builtAt, isOld: isOld({ builtAt }, now) },
        };
      });
      const body = await textStream(c, text);
      c.header('content-type', 'application/json');
      return c.body(body, 200);
    },
  }),
  internalRoute({
    method: 'post',
    path: '/operator/test-codes',
    scope: 'operator',
    body: z.strictObject({ to: z.string().max(200), language: languageTag }),
    handle: async (c, ports: Services, { to, language }) => {
      const sent = await sendTestCode(ports, to, mailLanguage(language));
      return isRefusal(sent) ? refuseResult(c, sent) : c.json(sent);
    },
  }),
  internalRoute({
    method: 'get',
    path: '/operator/backup',
    scope: 'operator',
    handle: async (c, ports: Services) => {
      const text = backupText(backUp(ports), (error) => problemOf(error, c.get('log')));
      const body = await textStream(c, text);
      c.header('content-type', 'application/jsonl');
      return c.body(body, 200);
    },
  }),
  internalRoute({
    method: 'get',
    path: '/operator/backup-changes',
    scope: 'operator',
    handle: async (c, ports: Services) => {
      const since = c.req.query('since');
      const earlier = since === undefined ? undefined : await readBackupPoint(ports, since);
      if (since !== undefined && !earlier) return refuse(c, 'INPUT_INVALID', NOTHING_FOLLOWS);
      const text = backupText(backUpChanges(ports, earlier), (error) => problemOf(error, c.get('log')));
      const body = await textStream(c, text);
      c.header('content-type', 'text/plain; charset=utf-8');
      return c.body(body, 200);
    },
  }),
  // Only the command knows that it has written all of it.
  internalRoute({
    method: 'post',
    path: '/operator/backups',
    scope: 'operator',
    body: z.strictObject({ lines: z.int().min(1), isIncrement: z.boolean() }),
    handle: async (c, ports: Services, { lines, isIncrement }) => {
      await recordBackup(ports, { lines, isIncrement });
      return c.json({ lines, isIncrement }, 201);
    },
  }),
];

const storeRoutes = [
  // For the embedded store, which no other process can open while the service runs.
  internalRoute({
    method: 'post',
    path: '/operator/store-move',
    scope: 'operator',
    body: z.strictObject({ to: z.string().max(2000), partitions: z.int().min(1).max(MAX_PARTITIONS).optional() }),
    handle: async (c, ports: Services, { to, partitions }) => {
      const target = { to, ...omitUndefined({ partitions }) };
      const body = await textStream(c, moveLines(ports.moveStore(target), c.get('log')));
      c.header('content-type', 'application/jsonl');
      return c.body(body, 200);
    },
  }),
];

/** The routes of the command line, besides the API. */
export const operatorRoutes = [...accountRoutes, ...keyRoutes, ...maintenanceRoutes, ...storeRoutes];

/** The operator reads what is wrong with the key file. */
async function withKeyFile(c: Context<AppEnv>, work: () => Promise<MasterKeyOverview>) {
  try {
    return c.json(await work());
  } catch (error) {
    if (!(error instanceof MasterKeyError)) throw error;
    return refuse(c, 'INPUT_INVALID', { detail: error.message });
  }
}

async function* findFaults(ports: Services, mend: boolean) {
  const accounts = await listAccounts(ports);
  for (const account of accounts) yield* checkLeftovers(ports, account, mend);
  const ids = accounts.map(({ id }) => id);
  yield* checkArchive(ports, ids);
}

/** Of many accounts some say enough. */
const MAX_EARLY_REMOVALS = 20;

async function readEventRetention(ports: Services) {
  const { keptDays, mostEvents } = ports.eventRetention;
  const early = [];
  for await (const { account, reachMs, leftMs } of findEarlyRemovals(ports, retentionOf(ports.eventRetention))) {
    early.push({ account, reachDays: Math.floor(reachMs / DAY_MS), daysLeft: Math.floor(leftMs / DAY_MS) });
    if (early.length === MAX_EARLY_REMOVALS) break;
  }
  return { keptDays, ...(Number.isFinite(mostEvents) && { mostEvents }), early };
}

/** Only the operator reads why it did not succeed. */
async function* moveLines(progress: AsyncGenerator<MoveReport>, log: Logger): AsyncGenerator<string> {
  try {
    for await (const one of progress) yield `${JSON.stringify({ progress: one })}\n`;
  } catch (error) {
    log.error({ err: error }, 'the store was not moved');
    yield `${JSON.stringify({ refused: error instanceof Error ? error.message : String(error) })}\n`;
  }
}

/** A problem for a response that has begun. */
function problemOf(error: unknown, log: Logger): { code: string; title: string; detail?: string } {
  const { refused } = faultOf(error, log);
  const detail = 'the audit archive cannot be read: the log says why';
  const { title } = REFUSALS[refused];
  return { code: refused, title, ...(error instanceof ArchiveUnavailable && { detail }) };
}
