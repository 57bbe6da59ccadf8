import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import about from '../../package.json' with { type: 'json' };
import { writeDecoyRecords } from '../authentication/decoy-attempt.ts';
import { type Config, ConfigError } from '../config/load-config.ts';
import { loadTexts } from '../config/load-texts.ts';
import { parseSmtpUrl } from '../config/parse.ts';
import type { Logger } from '../http/log.ts';
import { isLoopbackHost } from '../kernel/addresses.ts';
import type { AuditArchive } from '../kernel/ports/audit-archive.ts';
import type { CodeChannelSender, CodeSender } from '../kernel/ports/code-sender.ts';
import type { Mailer } from '../kernel/ports/mailer.ts';
import type { MovableStore } from '../kernel/ports/movable-store.ts';
import type { QueueLoad } from '../kernel/ports/password-hasher.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type ProcessStore, withMemory } from '../kernel/process-memory.ts';
import { recordMailStatus } from '../messages/record-mail-status.ts';
import { createChannelSender } from '../messages/senders/channel-sender.ts';
import { codesWithOwnTexts, mailWithOwnTexts } from '../messages/texts/with-own-texts.ts';
import { NO_OBSERVERS, type PortObservers } from '../metrics/port-observers.ts';
import { type ClockGuard, openClockGuard } from '../operations/clock/clock-guard.ts';
import type { MasterKeyLocation } from '../operations/maintenance/change-master-key.ts';
import { signingKeysDocument } from '../operations/maintenance/documents.ts';
import { processesDocument } from '../operations/processes/documents.ts';
import {
  describeProcesses,
  leaveOnFailure,
  type Registration,
  refuseOldVersion,
  registerProcess,
} from '../operations/processes/register-process.ts';
import { createArgon2Hasher } from '../platform/argon2/argon2-hasher.ts';
import { hashingConcurrency, usableCores } from '../platform/argon2/hashing-concurrency.ts';
import { type CountryData, isOld, openGeoLookup } from '../platform/geoip/geo-lookup.ts';
import { openSigningKeys, signingKeyMaker } from '../platform/jose/load-signing-keys.ts';
import { createSigner } from '../platform/jose/signer.ts';
import { loadMasterKeys, type MasterKeySource, type MasterKeys } from '../platform/secret-box/load-master-key.ts';
import { configuredMasterKeys, masterKeyFile } from '../platform/secret-box/master-key-file.ts';
import { openSecretBox } from '../platform/secret-box/open-secret-box.ts';
import { noMailer } from '../platform/smtp/no-mailer.ts';
import { machineClocks, systemClock } from '../platform/system-clock/system-clock.ts';
import { systemRandom } from '../platform/system-random/system-random.ts';
import { createHttpsWebhookSender } from '../platform/webhook-http/https-webhook-sender.ts';
import { restorationDocument } from '../store/documents.ts';
import { setStorePurpose, WrongStorePurpose } from '../store/set-store-purpose.ts';
import { COMPATIBLE_SHAPE, SHAPE_VERSION } from '../store/store-version.ts';
import { composeMail } from './compose-mail.ts';
import { isWrongPath } from './create-audit-sink.ts';
import { createBreachedPasswords } from './create-breached-passwords.ts';
import { createCodeSender } from './create-code-sender.ts';
import { createDemoWebhookSender } from './demo/demo-webhook-sender.ts';
import { markFolderStore } from './folder-store.ts';
import { openStore, type StoreOpening } from './open-store.ts';
import { processWait } from './process-wait.ts';
import { workerCount } from './workers/worker-count.ts';

export interface OpenPorts {
  ports: Ports;
  /** The store itself, without observers. */
  movable: ProcessStore<MovableStore>;
  clockGuard: ClockGuard;
  refreshSigningKeys: () => Promise<void>;
  /** Makes the next signing key, of the configured algorithm. */
  makeSigningKey: ReturnType<typeof signingKeyMaker>;
  hasOldMasterKeys: boolean;
  masterKeys: MasterKeyLocation;
  /** The record of this process among those of the store. */
  registration: Registration;
  /** What the hasher does now. */
  hashLoad: () => QueueLoad;
}

/** In the data folder of a demo: its sign-in details. */
const DEMO_FILE = 'demo.json';

/**
 * Opens every adapter that the configuration requires.
 *
 * @param mailbox the demo's mailbox, in place of all senders; without it the store belongs to a service
 * @param opening how the start waits for the store. Default: it does not
 */
export async function createPorts(
  config: Config,
  log: Logger,
  mailbox?: Mailer & CodeChannelSender,
  opening?: StoreOpening,
  observers: PortObservers = NO_OBSERVERS,
): Promise<OpenPorts> {
  const texts = loadTexts(config);
  const mailer = observers.mailer(mailbox ?? (await openCourier(config)));
  await makeDataFolder(config);
  const embedded = config.store.kind === 'embedded';
  if (!mailbox) refuseDemoFolder(config);
  const [unobserved, geo] = await Promise.all([
    openStore(config, log, opening),
    openGeoLookup(config.geoDatabase, (data) => logCountryData(log, data, systemClock.now())),
  ]);
  await markFolderStore(config, log);
  const store = withMemory(observers.store(unobserved), unobserved.memory);
  // A new key file beside a store with encrypted secrets would only hide that the old one is lost. A restored store has
  // secrets before it has signing keys.
  const known = [signingKeysDocument.key(), restorationDocument.key(), processesDocument.key()] as const;
  const [sealed, restoration, processes] = await store.getMany(known, systemClock.now());
  refuseOldVersion(processes?.value, about.version, SHAPE_VERSION);
  if (restoration?.value.move !== undefined) {
    throw new Error('another store is being moved to this one: run countersign store move again, or empty this store');
  }
  if (restoration && restoration.value.finishedAt === undefined) {
    throw new Error('a restore to this store was interrupted: empty the store, and restore the backup again');
  }
  const isDemo = mailbox !== undefined;
  // Before the mark of the clock, with which the store would not be empty. By this time nothing has expired.
  const beforeAll = { now: () => 0 };
  await setStorePurpose({ store, clock: beforeAll, random: systemRandom }, isDemo ? 'demo' : 'service');
  const clock = await openClockGuard({ store, random: systemRandom }, { machine: machineClocks, log, isDemo });
  const reportFault = reportFaults(log, observers);
  const opened = { store, clock, random: systemRandom, texts, reportFault };
  const courier = recordMailStatus(mailWithOwnTexts(mailer, opened), opened);
  const sender = observers.codes(mailbox ? showCodes(mailbox, config, log) : createCodeSender(config, log, courier));
  const codes = codesWithOwnTexts(sender, opened);
  await writeDecoyRecords(opened);
  const masterKeys = await loadMasterKeys(masterKeySource(config, !sealed && !restoration));
  log.info({ store: embedded ? 'embedded' : 'redis' }, 'the store is open');
  // First: a key that is not the store's must leave no record that holds up the right one.
  const secrets = await openSecretBox(opened, masterKeys);
  const ids = configuredMasterKeys(masterKeys);
  const registration = await registerProcess(
    opened,
    {
      version: about.version,
      shape: SHAPE_VERSION,
      compatibleShape: COMPATIBLE_SHAPE,
      masterKeys: [ids.current, ...ids.old],
      startedAt: clock.now(),
    },
    () => (clock.isTrusted() ? clock.now() : undefined),
    {
      ...processWait,
      onNotLeft: (error) => log.warn({ err: error }, 'the end of this process could not be stored'),
      onWait: (others) =>
        log.warn(
          `the start waits until other processes have ended or show that they run: ${describeProcesses(others)}`,
        ),
    },
  );
  const https = createHttpsWebhookSender(config.webhooks);
  const webhookSender = observers.webhooks(isDemo ? createDemoWebhookSender(https) : https);
  const base = { ...opened, secrets, geo, courier, codes, webhookSender };
  const { keys, archive, breachedPasswords } = await leaveOnFailure(registration, async () => ({
    keys: await openSigningKeys(base, { algorithm: config.signingAlgorithm }),
    archive: await openArchive(config),
    breachedPasswords: await createBreachedPasswords(config, log, { observe: observers.breachedPasswords }),
  }));
  const concurrency = hashingConcurrency(workerCount(config, usableCores()), config.hashConcurrency);
  const hasher = createArgon2Hasher({ ...config.argon2, concurrency, observer: observers.hashing });
  const signer = createSigner({ issuer: config.url, keys: keys.all, now: clock.now });
  clock.finishOpening();
  return {
    ports: {
      ...base,
      archive,
      breachedPasswords,
      composeMail: (mail) => composeMail(mail, config.url),
      administratorFactors: config.administratorFactors,
      freePasswordFailures: config.freePasswordFailures,
      proofOfWork: config.proofOfWork,
      signer,
      hasher,
    },
    movable: unobserved,
    clockGuard: clock,
    refreshSigningKeys: keys.refresh,
    makeSigningKey: signingKeyMaker(base, config.signingAlgorithm),
    hasOldMasterKeys: masterKeys.length > 1,
    masterKeys: placeOf(config, masterKeys),
    registration,
    hashLoad: () => hasher.load(),
  };
}

function reportFaults(log: Logger, observers: PortObservers): Ports['reportFault'] {
  return (part, error) => {
    log.warn({ part, err: error }, 'a part failed; the rest went on');
    observers.fault?.(part);
  };
}

/** Data that comes with the service is read at the first use of a filter by country: without one there is no warning. */
export function logCountryData(log: Logger, { file, builtAt }: CountryData, now: number): void {
  const facts = { file, builtAt: new Date(builtAt).toISOString() };
  const advice = 'the country data is more than six months old: set COUNTERSIGN_GEO_DATABASE to a newer file';
  if (isOld({ builtAt }, now)) log.warn(facts, advice);
  else log.info(facts, 'country data');
}

async function makeDataFolder({ dataFolder }: Config): Promise<void> {
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' && !isWrongPath(code)) throw error;
    const problem = `names a folder that cannot be made: ${dataFolder} (${code})`;
    throw new ConfigError([{ name: 'COUNTERSIGN_DATA', problem }]);
  }
}

export function demoFile({ dataFolder }: Config): string {
  return join(dataFolder, DEMO_FILE);
}

/** For commands that do not open the store as a service, and so do not read its mark. */
export function refuseDemoFolder(config: Config): void {
  if (existsSync(demoFile(config))) throw new WrongStorePurpose('service');
}

/** The demo shows every code and sends none. */
function showCodes(carrier: CodeChannelSender, { codes }: Config, log: Logger): CodeSender {
  const warn = (facts: object) => log.warn(facts, 'a code was not sent');
  return createChannelSender({ carriers: { sms: carrier, email: carrier }, limits: codes.limits, warn });
}

/** Only the chosen adapter is loaded. It connects when it is first used, so that a service starts without it. */
export async function openArchive({ auditArchive }: Config): Promise<AuditArchive | undefined> {
  if (auditArchive === undefined) return undefined;
  if (auditArchive.kind === 'folder') {
    const { createArchiveFolder } = await import('../platform/archive-folder/archive-folder.ts');
    return createArchiveFolder(auditArchive.path);
  }
  const { createArchiveBucket } = await import('../platform/archive-bucket/archive-bucket.ts');
  const { url, region, keyId, secret } = auditArchive;
  return createArchiveBucket({ url, keyId, secret: secret.reveal(), ...omitUndefined({ region }) });
}

export function masterKeySource({ masterKey }: Config, create: boolean): MasterKeySource {
  const { fromEnvironment, oldFromEnvironment = [], file, isForGroup } = masterKey;
  return {
    ...omitUndefined({ fromEnvironment: fromEnvironment?.reveal() }),
    oldFromEnvironment: oldFromEnvironment.map((key) => key.reveal()),
    file,
    isForGroup,
    create,
  };
}

/** Keys in a file can be changed while the service runs, for its next start; keys from the environment cannot. */
function placeOf(config: Config, keys: MasterKeys): MasterKeyLocation {
  const { fromEnvironment, oldFromEnvironment, file: path, isForGroup } = config.masterKey;
  if (fromEnvironment) return { configured: async () => configuredMasterKeys(keys) };
  const file = masterKeyFile(path, isForGroup);
  if (!oldFromEnvironment) return { configured: file.read, file };
  // The file is mounted, and its owner changes it.
  const { old: known } = configuredMasterKeys(keys);
  return {
    configured: async () => {
      const { current, old } = await file.read();
      return { current, old: [...new Set([...old, ...known])] };
    },
  };
}

/** The mail client is loaded only if a mail server is configured. */
async function openCourier({ mail, url }: Config): Promise<Mailer> {
  const server = mail && parseSmtpUrl(mail.server.reveal());
  if (!mail || !server) return noMailer;
  const { implicitTls, ...rest } = server;
  const withStartTls = mail.allowPlaintext ? 'offered' : 'starttls';
  const tls = implicitTls ? 'implicit' : isLoopbackHost(server.host) ? 'none' : withStartTls;
  const { createSmtpMailer } = await import('../platform/smtp/smtp-mailer.ts');
  return createSmtpMailer({ ...rest, tls, from: mail.from, compose: (one) => composeMail(one, url) });
}
