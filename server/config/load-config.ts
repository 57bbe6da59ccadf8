import { join } from 'node:path';
import { CodedError } from '@countersign/protocol/coded-error';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { z } from 'zod';
import { isLoopbackHost } from '../kernel/addresses.ts';
import { defaultReserve } from '../tokens/kinds/sent/code-limits.ts';
import { listenerProblems, tlsOf } from './listeners.ts';
import { feedOf, feedProblems } from './load-audit-feed.ts';
import { breachedPasswordsOf } from './load-breached-passwords.ts';
import { isRpIdUnusable, passkeysOf } from './load-passkeys.ts';
import { loadTracing } from './load-tracing.ts';
import { type Environment, fileVariable, readSecretFiles } from './read-secret-files.ts';
import type { Variable } from './schemas.ts';
import { STORE_VARIABLES } from './store-variables.ts';
import { unknownVariable } from './unknown-variable.ts';
import { VARIABLES } from './variables.ts';

type Name = keyof typeof VARIABLES;
type Values = { [N in Name]: z.output<(typeof VARIABLES)[N]['schema']> };

/** All settings, validated and frozen, as the table of variables has them. Documented in docs/configuration.md. */
export type Config = ReturnType<typeof loadConfig>;

/** Names every invalid variable and its format; never a value. */
export class ConfigError extends CodedError {
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(`the configuration is not valid:\n${problems.map(({ name, problem }) => `  ${name} ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

interface Problem {
  readonly name: string;
  readonly problem: string;
}

/** The table once more, so that the names in it are checked. */
const COMBINATIONS: Readonly<Record<Name, Variable & { excludes?: Name; needs?: Name }>> = VARIABLES;
const SECRETS = (Object.keys(VARIABLES) as Name[]).filter((name) => 'isSecret' in VARIABLES[name]);

/**
 * Reads the configuration from the environment, and from the files that it names for secrets. Empty variables count as absent.
 *
 * @throws {ConfigError} with all problems at once, unknown COUNTERSIGN_ variables included.
 */
export function loadConfig(environment: Environment) {
  const fileProblems: Problem[] = [];
  const env = readSecretFiles(environment, SECRETS, (name, problem) => fileProblems.push({ name, problem }));
  const { values, problems } = readVariables(env);
  // A secret whose file cannot be read is neither missing nor its default.
  const unread = SECRETS.filter((name) => fileProblems.some((problem) => problem.name === fileVariable(name)));
  for (const name of unread) delete values[name];
  const combined = [...combinationProblems(env, values), ...archiveProblems(env, values)];
  problems.push(...fileProblems, ...combined.filter(({ name }) => !unread.some((one) => one === name)));
  const tracing = loadTracing(env, (name, problem) => problems.push({ name, problem }));
  const { COUNTERSIGN_LISTEN: listen } = values;
  const scheme = values.COUNTERSIGN_TLS_CERT_FILE === undefined ? 'http' : 'https';
  const local = listen && isLoopbackHost(listen.host) ? `${scheme}://localhost:${listen.port}` : undefined;
  const url = values.COUNTERSIGN_URL ?? local;
  if (url === undefined && !problems.some(({ name }) => name === 'COUNTERSIGN_URL' || name === 'COUNTERSIGN_LISTEN')) {
    problems.push({ name: 'COUNTERSIGN_URL', problem: 'is required when listening beyond loopback' });
  }
  if (isRpIdUnusable(url, values)) {
    const problem =
      'must be the host name of COUNTERSIGN_URL, your domain above it, or a domain that names the URL in COUNTERSIGN_RELATED_ORIGINS';
    problems.push({ name: 'COUNTERSIGN_RP_ID', problem });
  }
  if (problems.length > 0 || url === undefined) throw new ConfigError(problems);
  return Object.freeze({
    ...frozen(values as Values, url),
    // False: it is the default.
    isStoreNamed: Boolean(env.COUNTERSIGN_STORE),
    ...omitUndefined({ tracing }),
  });
}

/** Each variable by itself. */
function readVariables(env: Environment): { values: Partial<Values>; problems: Problem[] } {
  const problems: Problem[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { schema }] of Object.entries(VARIABLES)) {
    const read = schema.safeParse(env[name] || undefined);
    if (read.success) values[name] = read.data;
    else for (const issue of read.error.issues) problems.push({ name, problem: issue.message });
  }
  for (const name of Object.keys(env)) {
    if (name.startsWith('COUNTERSIGN_') && !(name in VARIABLES))
      problems.push({ name, problem: unknownVariable(name) });
  }
  return { values: values as Partial<Values>, problems };
}

/** Variables that exclude or require each other. */
function* combinationProblems(env: Environment, values: Partial<Values>): Generator<Problem> {
  for (const [name, { excludes, needs }] of Object.entries(COMBINATIONS)) {
    if (!env[name]) continue;
    if (excludes && env[excludes]) yield { name, problem: `excludes ${excludes}: set one of them` };
    if (needs && !env[needs]) yield { name: needs, problem: `is required with ${name}` };
  }
  if (env.COUNTERSIGN_OLD_MASTER_KEYS && !(env.COUNTERSIGN_MASTER_KEY || env.COUNTERSIGN_MASTER_KEY_FILE)) {
    const problem = 'goes with COUNTERSIGN_MASTER_KEY or COUNTERSIGN_MASTER_KEY_FILE only';
    yield { name: 'COUNTERSIGN_OLD_MASTER_KEYS', problem };
  }
  yield* storeProblems(env, values);
  yield* feedProblems(env, values);
  const { COUNTERSIGN_STARTS_PER_ADDRESS: perAddress = 0, COUNTERSIGN_STARTS_PER_NETWORK: perNetwork } = values;
  if (perNetwork !== undefined && perNetwork < perAddress) {
    yield { name: 'COUNTERSIGN_STARTS_PER_NETWORK', problem: 'must be at least COUNTERSIGN_STARTS_PER_ADDRESS' };
  }
  yield* listenerProblems(values);
  const { COUNTERSIGN_WORKERS: workers, COUNTERSIGN_STORE: store } = values;
  if (typeof workers === 'number' && workers > 1 && store?.kind === 'embedded') {
    yield { name: 'COUNTERSIGN_WORKERS', problem: 'must be 1 or auto with the embedded store' };
  }
}

/** Variables that only some stores use. */
function* storeProblems(env: Environment, { COUNTERSIGN_STORE: store }: Partial<Values>): Generator<Problem> {
  if (!store) return;
  const scheme = store.kind === 'redis' ? store.url.reveal().split(':', 1)[0] : undefined;
  const given = (prefix: string) => Object.keys(STORE_VARIABLES).filter((name) => name.startsWith(prefix) && env[name]);
  if (!scheme?.startsWith('rediss')) {
    for (const name of given('COUNTERSIGN_STORE_TLS_')) yield { name, problem: 'goes with a rediss:// URL only' };
  }
  if (!scheme?.endsWith('+sentinel')) {
    for (const name of given('COUNTERSIGN_STORE_SENTINEL_')) yield { name, problem: 'goes with Sentinel only' };
  }
}

function frozen(values: Values, url: string) {
  const masterKey = values.COUNTERSIGN_MASTER_KEY;
  const oldMasterKeys = values.COUNTERSIGN_OLD_MASTER_KEYS;
  const geoDatabase = values.COUNTERSIGN_GEO_DATABASE;
  const { COUNTERSIGN_SMTP_URL: server, COUNTERSIGN_MAIL_FROM: from } = values;
  const allowPlaintext = values.COUNTERSIGN_SMTP_ALLOW_PLAINTEXT;
  const plansFile = values.COUNTERSIGN_PLANS;
  const textsFolder = values.COUNTERSIGN_TEXTS_DIR;
  const paymentSecret = values.COUNTERSIGN_PAYMENT_SECRET;
  const {
    COUNTERSIGN_ADMIN_LISTEN: adminListen,
    COUNTERSIGN_METRICS_LISTEN: metricsListen,
    COUNTERSIGN_SECURITY_CONTACT: securityContact,
  } = values;
  return Object.freeze({
    url,
    ...passkeysOf(values),
    ...omitUndefined({ securityContact }),
    listen: Object.freeze({ ...values.COUNTERSIGN_LISTEN }),
    ...(adminListen && { adminListen: Object.freeze({ ...adminListen }) }),
    ...(metricsListen && { metricsListen: Object.freeze({ ...metricsListen }) }),
    ...tlsOf(values),
    workers: values.COUNTERSIGN_WORKERS,
    dataFolder: values.COUNTERSIGN_DATA,
    store: Object.freeze({ ...values.COUNTERSIGN_STORE }),
    redis: Object.freeze({
      partitions: values.COUNTERSIGN_STORE_PARTITIONS,
      ...omitUndefined({ replicas: values.COUNTERSIGN_STORE_REPLICAS }),
      waitMs: values.COUNTERSIGN_STORE_WAIT_MS,
      promises: Object.freeze([...values.COUNTERSIGN_STORE_PROMISES]),
      tls: Object.freeze(
        omitUndefined({
          caFile: values.COUNTERSIGN_STORE_TLS_CA,
          certFile: values.COUNTERSIGN_STORE_TLS_CERT,
          keyFile: values.COUNTERSIGN_STORE_TLS_KEY,
          name: values.COUNTERSIGN_STORE_TLS_NAME,
        }),
      ),
      sentinel: Object.freeze(
        omitUndefined({
          user: values.COUNTERSIGN_STORE_SENTINEL_USER,
          password: values.COUNTERSIGN_STORE_SENTINEL_PASSWORD,
        }),
      ),
    }),
    masterKey: Object.freeze({
      ...omitUndefined({ fromEnvironment: masterKey }),
      ...(oldMasterKeys && { oldFromEnvironment: Object.freeze([...oldMasterKeys]) }),
      file: values.COUNTERSIGN_MASTER_KEY_FILE ?? join(values.COUNTERSIGN_DATA, 'master.key'),
      isForGroup: values.COUNTERSIGN_MASTER_KEY_FILE_GROUP,
    }),
    trustedProxies: Object.freeze([...values.COUNTERSIGN_TRUSTED_PROXIES]),
    forwardedHeader: values.COUNTERSIGN_FORWARDED_HEADER,
    ...omitUndefined({ geoDatabase, plansFile, textsFolder, paymentSecret }),
    signingAlgorithm: values.COUNTERSIGN_SIGNING_ALGORITHM,
    argon2: Object.freeze({
      memoryKiB: values.COUNTERSIGN_ARGON2_MEMORY_KIB,
      iterations: values.COUNTERSIGN_ARGON2_ITERATIONS,
    }),
    ...omitUndefined({ hashConcurrency: values.COUNTERSIGN_HASH_CONCURRENCY }),
    ...omitUndefined({ breachedPasswords: breachedPasswordsOf(values) }),
    eventRetention: Object.freeze({
      keptDays: values.COUNTERSIGN_EVENTS_KEPT_DAYS,
      // An archive is large: its events are kept by time. A store is not.
      mostEvents: values.COUNTERSIGN_EVENTS_KEPT ?? (archiveOf(values) ? Number.POSITIVE_INFINITY : STORED_EVENTS),
    }),
    ...omitUndefined({ auditArchive: archiveOf(values), auditFeed: feedOf(values) }),
    statisticsKeptDays: values.COUNTERSIGN_STATISTICS_KEPT_DAYS,
    ...(server && from && { mail: Object.freeze({ server, allowPlaintext, from: Object.freeze({ ...from }) }) }),
    codes: frozenCodes(values),
    startLimits: Object.freeze({
      perAddress: values.COUNTERSIGN_STARTS_PER_ADDRESS,
      perNetwork: values.COUNTERSIGN_STARTS_PER_NETWORK,
      perSecond: values.COUNTERSIGN_STARTS_PER_SECOND,
    }),
    administratorFactors: values.COUNTERSIGN_ADMIN_FACTORS,
    freePasswordFailures: values.COUNTERSIGN_FREE_PASSWORD_FAILURES,
    proofOfWork: values.COUNTERSIGN_PROOF_OF_WORK,
    webhooks: Object.freeze({
      allowedNetworks: Object.freeze([...values.COUNTERSIGN_WEBHOOK_ALLOW_NETWORKS]),
      allowHttpOnLoopback: values.COUNTERSIGN_WEBHOOK_ALLOW_HTTP_LOOPBACK,
    }),
    logLevel: values.COUNTERSIGN_LOG_LEVEL,
    drainMs: values.COUNTERSIGN_DRAIN_MS,
    shutdownMs: values.COUNTERSIGN_SHUTDOWN_MS,
  });
}

const BUCKET_VARIABLES = [
  'COUNTERSIGN_AUDIT_ARCHIVE_REGION',
  'COUNTERSIGN_AUDIT_ARCHIVE_KEY_ID',
  'COUNTERSIGN_AUDIT_ARCHIVE_SECRET',
] as const satisfies readonly Name[];

function* archiveProblems(env: Environment, values: Partial<Values>): Generator<Problem> {
  const [, keyId, secret] = BUCKET_VARIABLES;
  if (values.COUNTERSIGN_AUDIT_ARCHIVE?.kind !== 'bucket') {
    if (env.COUNTERSIGN_AUDIT_ARCHIVE && !values.COUNTERSIGN_AUDIT_ARCHIVE) return;
    const problem = 'goes with the URL of a bucket in COUNTERSIGN_AUDIT_ARCHIVE';
    yield* BUCKET_VARIABLES.filter((name) => env[name]).map((name) => ({ name, problem }));
    return;
  }
  if (!env[keyId]) yield { name: keyId, problem: 'is required with a bucket' };
  if (!env[secret]) yield { name: secret, problem: `or ${fileVariable(secret)} is required with a bucket` };
}

/** Events of an account that a store without an archive keeps by default. */
const STORED_EVENTS = 1_000_000;

function archiveOf(values: Values) {
  const { COUNTERSIGN_AUDIT_ARCHIVE: given, COUNTERSIGN_AUDIT_ARCHIVE_SECRET: secret } = values;
  if (given?.kind === 'bucket' && secret) {
    return Object.freeze({
      ...given,
      keyId: values.COUNTERSIGN_AUDIT_ARCHIVE_KEY_ID ?? '',
      secret,
      ...omitUndefined({ region: values.COUNTERSIGN_AUDIT_ARCHIVE_REGION }),
    });
  }
  if (given?.kind === 'folder') return Object.freeze({ ...given });
  if (given) return undefined;
  // Redis may have other processes, on other machines, which a folder of this one would not serve.
  if (values.COUNTERSIGN_STORE.kind !== 'embedded') return undefined;
  return Object.freeze({ kind: 'folder' as const, path: join(values.COUNTERSIGN_DATA, 'audit-archive') });
}

function frozenCodes(values: Values) {
  const gatewayFile = values.COUNTERSIGN_SMS_GATEWAY;
  const secret = values.COUNTERSIGN_SMS_SECRET;
  const { COUNTERSIGN_CODE_COURIER_URL: url, COUNTERSIGN_CODE_COURIER_SECRET: key } = values;
  const channels = Object.freeze([...values.COUNTERSIGN_CODE_COURIER_CHANNELS]);
  return Object.freeze({
    limits: Object.freeze({
      perAddress: values.COUNTERSIGN_CODES_PER_ADDRESS,
      perAddressAndDay: values.COUNTERSIGN_CODES_PER_ADDRESS_AND_DAY,
      perAccountAndHour: values.COUNTERSIGN_CODES_PER_ACCOUNT_AND_HOUR,
      perHour: values.COUNTERSIGN_CODES_PER_HOUR,
      reservedPerAccount:
        values.COUNTERSIGN_CODES_RESERVED_PER_ACCOUNT ?? defaultReserve(values.COUNTERSIGN_CODES_PER_HOUR),
    }),
    ...(gatewayFile !== undefined && {
      sms: Object.freeze({ gatewayFile, ...omitUndefined({ secret }) }),
    }),
    ...(url !== undefined && key && { courier: Object.freeze({ url, secret: key, channels }) }),
  });
}
