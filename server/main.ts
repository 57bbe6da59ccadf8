import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import about from '../package.json' with { type: 'json' };
import { createArgon2Hasher } from './adapters/argon2/argon2-hasher.ts';
import { threadPoolTooSmall } from './adapters/argon2/threads.ts';
import { loadSigningKeys } from './adapters/jose/load-signing-keys.ts';
import { createSigner } from './adapters/jose/signer.ts';
import { openGeoLookup } from './adapters/maxmind/geo-lookup.ts';
import { noCourier } from './adapters/no-courier/no-courier.ts';
import { loadMasterKey } from './adapters/secret-box/load-master-key.ts';
import { createSecretBox } from './adapters/secret-box/secret-box.ts';
import { systemClock } from './adapters/system-clock/system-clock.ts';
import { systemRandom } from './adapters/system-random/system-random.ts';
import { loadWidgetFiles } from './adapters/widget-files/load-widget-files.ts';
import { createApp } from './app.ts';
import { type Config, ConfigError, loadConfig } from './config/load-config.ts';
import { isLoopbackHost } from './config/parse.ts';
import { announceSetup, printSetup, type SetupArguments } from './first-run.ts';
import { listen } from './http/listen.ts';
import { createLogger, type Logger } from './http/log.ts';
import { createReadiness } from './http/readiness.ts';
import { documents } from './ports/documents.ts';
import type { Ports } from './ports/index.ts';
import type { Store } from './ports/store.ts';
import { type Demo, seedDemo } from './usecases/seed-demo.ts';

const USAGE = `usage: countersign [serve]            serve; configured by COUNTERSIGN_* variables
       countersign serve --demo       serve with a demo account (loopback only)
       countersign setup              print the link by which a fresh installation gets its account
       countersign setup --name NAME  make an account and its first API key, once shown;
           --superuser EMAIL          and invite its superuser`;

/** Beside this file in the built tree: dist/server/main.js, dist/widget/. */
const WIDGET_FOLDER = fileURLToPath(new URL('../widget/', import.meta.url));

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      demo: { type: 'boolean', default: false },
      name: { type: 'string' },
      superuser: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [command = 'serve'] = positionals;
  if (values.help || !['serve', 'setup'].includes(command)) {
    console.error(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const config = loadConfig(process.env);
  // What `setup` prints is for a person, or for a script that takes the key from it: news has no place in between.
  if (command === 'setup') return setUp(config, createLogger({ level: 'warn' }), values);
  return serve(config, createLogger({ level: config.logLevel }), values.demo);
}

async function serve(config: Config, log: Logger, demo: boolean): Promise<void> {
  if (demo && !isLoopbackHost(config.listen.host)) {
    throw new Error('--demo makes an account whose password is printed, so it listens on loopback only');
  }
  const [ports, widget] = await Promise.all([openPorts(config, log), loadWidgetFiles(WIDGET_FOLDER)]);
  if (demo) await loadDemo(ports, join(config.dataFolder, 'demo.json'));
  else await announceSetup({ ...ports, issuer: config.url }, log);
  const readiness = createReadiness();
  const app = createApp(ports, {
    issuer: config.url,
    version: about.version,
    trustedProxies: config.trustedProxies,
    forwardedHeader: config.forwardedHeader,
    widget,
    log,
    readiness,
  });
  const listening = await listen(app.fetch, {
    ...config.listen,
    readiness,
    timeouts: { drainMs: config.drainMs, shutdownMs: config.shutdownMs },
    onFault: (error) => log.error({ err: error }, 'a request failed outside the app'),
  });
  if (threadPoolTooSmall(process.env)) log.warn('UV_THREADPOOL_SIZE is too small: start through start.cjs');
  log.info({ url: config.url, listening: listening.url, version: about.version }, 'serving');

  const stop = (signal: string) => {
    log.info({ signal }, 'stopping');
    listening
      .stop()
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

/** Opens the store for as long as it takes to set something up. */
async function setUp(config: Config, log: Logger, asked: SetupArguments): Promise<void> {
  const ports = await openPorts(config, log);
  try {
    await printSetup({ ...ports, issuer: config.url }, asked);
  } finally {
    await ports.store.close();
  }
}

async function openPorts(config: Config, log: Logger): Promise<Ports> {
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  const { fromEnvironment, file } = config.masterKey;
  const embedded = config.store.kind === 'embedded';
  const [store, geo] = await Promise.all([openStore(config, log), openGeoLookup(config.geoDatabase)]);
  // A new key file beside a store that has sealed secrets would only hide that the old one is lost.
  const [sealed] = await store.getMany([documents.signingKeys()], systemClock.now());
  const masterKey = await loadMasterKey({
    ...(fromEnvironment && { fromEnvironment: fromEnvironment.reveal() }),
    file,
    create: sealed === undefined,
  });
  log.info({ store: embedded ? 'embedded' : 'redis' }, 'the store is open');
  const secrets = createSecretBox(masterKey);
  const base = { store, clock: systemClock, random: systemRandom, secrets, geo };
  const keys = await loadSigningKeys(base, { algorithm: config.signingAlgorithm });
  return {
    ...base,
    signer: createSigner({ issuer: config.url, keys, now: systemClock.now }),
    hasher: createArgon2Hasher(config.argon2),
    courier: noCourier,
  };
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
