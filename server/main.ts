import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import about from '../package.json' with { type: 'json' };
import { createArgon2Hasher } from './adapters/argon2/argon2-hasher.ts';
import { threadPoolTooSmall } from './adapters/argon2/threads.ts';
import { openSigningKeys, signingKeyMaker } from './adapters/jose/load-signing-keys.ts';
import { createSigner } from './adapters/jose/signer.ts';
import { openGeoLookup } from './adapters/maxmind/geo-lookup.ts';
import { loadMasterKeys, type MasterKeySource } from './adapters/secret-box/load-master-key.ts';
import { openSecretBox } from './adapters/secret-box/open-secret-box.ts';
import { createSecretBox } from './adapters/secret-box/secret-box.ts';
import { systemClock } from './adapters/system-clock/system-clock.ts';
import { systemRandom } from './adapters/system-random/system-random.ts';
import { loadWidgetFiles } from './adapters/widget-files/load-widget-files.ts';
import { createApp } from './app.ts';
import { startClockwork } from './clockwork.ts';
import { type Config, ConfigError, loadConfig } from './config/load-config.ts';
import { loadPlans } from './config/load-plans.ts';
import { isLoopbackHost } from './config/parse.ts';
import { DEFAULT_CATALOGUE, firstPlan, type PlanCatalogue } from './domain/plans.ts';
import { listen } from './http/listen.ts';
import { createLogger, type Logger } from './http/log.ts';
import { createReadiness } from './http/readiness.ts';
import { backUpTo, beginRotation, credit, restoreFrom } from './maintenance.ts';
import { documents } from './ports/documents.ts';
import type { Ports } from './ports/index.ts';
import type { Store } from './ports/store.ts';
import { createAccount } from './usecases/create-account.ts';
import { createApiKey } from './usecases/create-api-key.ts';
import { type Demo, seedDemo } from './usecases/seed-demo.ts';
import { isRefusal } from './usecases/verdict.ts';

const USAGE = `usage: countersign [serve]            serve; configured by COUNTERSIGN_* variables
       countersign serve --demo       serve with a demo account (loopback only)
       countersign setup --name NAME  make an account and its first API key, once shown
       countersign credit --account ID --amount MINOR_UNITS --reference TEXT
                                      credit an account, once per reference
       countersign rotate-signing-key begin to change the key that signs results
       countersign backup FILE        write everything in the store to a new file
       countersign restore FILE       read it back into an empty store

All but serve open the store themselves: an embedded one only while no service runs on it.`;

const COMMANDS = ['serve', 'setup', 'credit', 'rotate-signing-key', 'backup', 'restore'];
const YEAR_MS = 365 * 24 * 3_600_000;
/** Beside this file in the built tree: dist/server/main.js, dist/widget/. */
const WIDGET_FOLDER = fileURLToPath(new URL('../widget/', import.meta.url));

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      demo: { type: 'boolean', default: false },
      name: { type: 'string' },
      account: { type: 'string' },
      amount: { type: 'string' },
      reference: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [command = 'serve', file = ''] = positionals;
  const needsFile = command === 'backup' || command === 'restore';
  if (values.help || !COMMANDS.includes(command) || needsFile !== (file !== '')) {
    console.error(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const config = loadConfig(process.env);
  if (command === 'serve') return serve(config, createLogger({ level: config.logLevel }), values.demo);
  // What the others print is for a person, or for a script that reads it: news has no place in between.
  const log = createLogger({ level: 'warn' });
  if (command === 'setup') return setUp(config, log, values.name ?? 'Main account');
  if (command === 'restore') return restoreTo(config, log, file);
  const opened = await openPorts(config, log);
  try {
    const { ports } = opened;
    if (command === 'backup') console.log(await backUpTo(ports, file));
    else if (command === 'rotate-signing-key') {
      console.log(await beginRotation(ports, signingKeyMaker(ports, config.signingAlgorithm)));
    } else console.log(await credit(ports, plansOf(config), values));
  } finally {
    await opened.ports.store.close();
  }
}

/** Without the ports of a service: their first start would write to the store that has to be empty. */
async function restoreTo(config: Config, log: Logger, file: string): Promise<void> {
  const [current, ...old] = await loadMasterKeys(masterKeySource(config, false));
  const store = await openStore(config, log);
  try {
    const secrets = createSecretBox(current, { old });
    console.log(await restoreFrom({ store, clock: systemClock, random: systemRandom, secrets }, file));
  } finally {
    await store.close();
  }
}

async function serve(config: Config, log: Logger, demo: boolean): Promise<void> {
  if (demo && !isLoopbackHost(config.listen.host)) {
    throw new Error('--demo makes an account whose password is printed, so it listens on loopback only');
  }
  const plans = plansOf(config);
  const [opened, widget] = await Promise.all([openPorts(config, log), loadWidgetFiles(WIDGET_FOLDER)]);
  const { ports } = opened;
  if (demo) await loadDemo(ports, join(config.dataFolder, 'demo.json'));
  const readiness = createReadiness();
  const app = createApp(ports, {
    issuer: config.url,
    version: about.version,
    trustedProxies: config.trustedProxies,
    forwardedHeader: config.forwardedHeader,
    widget,
    log,
    readiness,
    plans,
    ...(config.paymentSecret && { paymentSecret: Buffer.from(config.paymentSecret.reveal(), 'base64') }),
  });
  const listening = await listen(app.fetch, {
    ...config.listen,
    readiness,
    timeouts: { drainMs: config.drainMs, shutdownMs: config.shutdownMs },
    onFault: (error) => log.error({ err: error }, 'a request failed outside the app'),
  });
  if (threadPoolTooSmall(process.env)) log.warn('UV_THREADPOOL_SIZE is too small: start through start.cjs');
  log.info({ url: config.url, listening: listening.url, version: about.version }, 'serving');

  const { refreshSigningKeys, hasOldMasterKeys } = opened;
  const clockwork = startClockwork(ports, { plans, refreshSigningKeys, hasOldMasterKeys, log });
  const stop = (signal: string) => {
    log.info({ signal }, 'stopping');
    listening
      .stop()
      .then(() => clockwork.stop())
      .then(() => ports.store.close())
      .then(() => log.info('stopped'))
      .catch((error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exitCode = 1;
      })
      .finally(() => process.exit());
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
}

/**
 * The demo of this data folder, made at the first start. Kept in a file that its owner alone can read, so that a second
 * start prints the same login; it holds a password and an API key in the clear, which is why it is a demo.
 */
async function loadDemo(ports: Ports, file: string): Promise<Demo> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as Demo;
  const demo = await seedDemo(ports);
  await writeFile(file, JSON.stringify(demo, null, 2), { mode: 0o600 });
  return demo;
}

/** A first account and an API key for it. Refuses nothing on repetition: each call makes another account. */
async function setUp(config: Config, log: Logger, name: string): Promise<void> {
  const { ports } = await openPorts(config, log);
  try {
    const made = await createAccount(ports, { name, plan: firstPlan(plansOf(config)) });
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
  } finally {
    await ports.store.close();
  }
}

interface Opened {
  ports: Ports;
  refreshSigningKeys: () => Promise<void>;
  hasOldMasterKeys: boolean;
}

async function openPorts(config: Config, log: Logger): Promise<Opened> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  const embedded = config.store.kind === 'embedded';
  const [store, geo] = await Promise.all([openStore(config, log), openGeoLookup(config.geoDatabase)]);
  // A new key file beside a store that has sealed secrets would only hide that the old one is lost.
  const known = [documents.signingKeys(), documents.restoration()] as const;
  const [sealed, restoration] = await store.getMany(known, systemClock.now());
  if (restoration && restoration.value.finishedAt === undefined) {
    throw new Error('a backup has been restored to this store by half: empty the store and restore it again');
  }
  const masterKeys = await loadMasterKeys(masterKeySource(config, sealed === undefined));
  log.info({ store: embedded ? 'embedded' : 'redis' }, 'the store is open');
  const secrets = await openSecretBox({ store, clock: systemClock, random: systemRandom }, masterKeys);
  const base = { store, clock: systemClock, random: systemRandom, secrets, geo };
  const keys = await openSigningKeys(base, { algorithm: config.signingAlgorithm });
  const signer = createSigner({ issuer: config.url, keys: keys.all, now: systemClock.now });
  return {
    ports: { ...base, signer, hasher: createArgon2Hasher(config.argon2) },
    refreshSigningKeys: keys.refresh,
    hasOldMasterKeys: masterKeys.length > 1,
  };
}

function masterKeySource({ masterKey }: Config, create: boolean): MasterKeySource {
  const { fromEnvironment, oldFromEnvironment = [], file } = masterKey;
  return {
    ...(fromEnvironment && { fromEnvironment: fromEnvironment.reveal() }),
    oldFromEnvironment: oldFromEnvironment.map((key) => key.reveal()),
    file,
    create,
  };
}

function plansOf({ plansFile }: Config): PlanCatalogue {
  return plansFile === undefined ? DEFAULT_CATALOGUE : loadPlans(plansFile);
}

/** Only the chosen store's client is loaded. */
async function openStore(config: Config, log: Logger): Promise<Store> {
  if (config.store.kind === 'embedded') {
    const { openEmbeddedStore } = await import('./adapters/embedded-store/open-embedded-store.ts');
    return openEmbeddedStore({ path: join(config.dataFolder, 'store') });
  }
  const { openRedisStore } = await import('./adapters/redis-store/open-redis-store.ts');
  return openRedisStore({
    url: config.store.url.reveal(),
    allowWeakDurability: config.allowWeakDurability,
    warn: (message) => log.warn(message),
  });
}

main().catch((error: unknown) => {
  // What stops a start is the operator's to mend: one plain message, no stack.
  const message = error instanceof Error ? error.message : String(error);
  console.error(error instanceof ConfigError ? message : `countersign could not start: ${message}`);
  process.exit(1);
});
