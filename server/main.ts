import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import about from '../package.json' with { type: 'json' };
import { createArgon2Hasher } from './adapters/argon2/argon2-hasher.ts';
import { threadPoolTooSmall } from './adapters/argon2/threads.ts';
import { createDemoMailbox } from './adapters/demo-mailbox/demo-mailbox.ts';
import { createHttpsWebhookSender } from './adapters/https-webhook-sender/https-webhook-sender.ts';
import { loadSigningKeys } from './adapters/jose/load-signing-keys.ts';
import { createSigner } from './adapters/jose/signer.ts';
import { openGeoLookup } from './adapters/maxmind/geo-lookup.ts';
import { loadMasterKey } from './adapters/secret-box/load-master-key.ts';
import { createSecretBox } from './adapters/secret-box/secret-box.ts';
import { noCourier } from './adapters/smtp/no-courier.ts';
import { createSmtpCourier } from './adapters/smtp/smtp-courier.ts';
import { systemClock } from './adapters/system-clock/system-clock.ts';
import { systemRandom } from './adapters/system-random/system-random.ts';
import { loadWidgetFiles } from './adapters/widget-files/load-widget-files.ts';
import { createApp } from './app.ts';
import { type BackgroundWork, startBackgroundWork } from './background-work.ts';
import { type Config, ConfigError, loadConfig } from './config/load-config.ts';
import { isLoopbackHost, parseSmtpUrl } from './config/parse.ts';
import { listen } from './http/listen.ts';
import { createLogger, type Logger } from './http/log.ts';
import { createOperatorApp } from './http/operator/operator-app.ts';
import { listenOnSocket, type OperatorSocket } from './http/operator/socket.ts';
import { createReadiness } from './http/readiness.ts';
import type { Courier } from './ports/courier.ts';
import { documents } from './ports/documents.ts';
import type { Ports } from './ports/index.ts';
import type { Store } from './ports/store.ts';
import { runWebhooks } from './run-webhooks.ts';
import { COUNTER, countSignIns, DAY_MS } from './usecases/count-sign-ins.ts';
import { createAccount } from './usecases/create-account.ts';
import { createApiKey } from './usecases/create-api-key.ts';
import { dropOldSegments } from './usecases/drop-old-segments.ts';
import { SEALER, sealEvents } from './usecases/seal-events.ts';
import { type Demo, seedDemo } from './usecases/seed-demo.ts';
import { isRefusal } from './usecases/verdict.ts';

const USAGE = `usage: start.cjs [serve]            serve; configured by COUNTERSIGN_* variables
       start.cjs serve --demo       serve with a demo account (loopback only)
       start.cjs operate            serve the operator's socket alone, until standard input ends
       start.cjs setup --name NAME  make an account and its first API key, once shown`;

/** In the data folder; what the command line talks to. */
const SOCKET = 'operator.sock';

const YEAR_MS = 365 * 24 * 3_600_000;
/** Beside this file in the built tree: dist/server/main.js, dist/widget/. */
const WIDGET_FOLDER = fileURLToPath(new URL('../widget/', import.meta.url));

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { demo: { type: 'boolean', default: false }, name: { type: 'string' }, help: { type: 'boolean' } },
  });
  const [command = 'serve'] = positionals;
  if (values.help || !['serve', 'setup', 'operate'].includes(command)) {
    console.error(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const config = loadConfig(process.env);
  // What `setup` prints is for a person, or for a script that takes the key from it: news has no place in between.
  if (command === 'setup') return setUp(config, createLogger({ level: 'warn' }), values.name ?? 'Main account');
  if (command === 'operate') return operate(config, createLogger({ level: 'warn' }));
  return serve(config, createLogger({ level: config.logLevel }), values.demo);
}

async function serve(config: Config, log: Logger, demo: boolean): Promise<void> {
  if (demo && !isLoopbackHost(config.listen.host)) {
    throw new Error('--demo makes an account whose password is printed, so it listens on loopback only');
  }
  // The demo sends nothing: its mails are shown instead.
  const mailbox = demo ? createDemoMailbox({ url: config.url, clock: systemClock }) : undefined;
  const opening = openPorts(config, log, mailbox);
  const [ports, widget] = await Promise.all([opening, loadWidgetFiles(WIDGET_FOLDER)]);
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
    ...(mailbox && { mailbox }),
  });
  const listening = await listen(app.fetch, {
    ...config.listen,
    readiness,
    timeouts: { drainMs: config.drainMs, shutdownMs: config.shutdownMs },
    onFault: (error) => log.error({ err: error }, 'a request failed outside the app'),
  });
  const socket = await openOperatorSocket(ports, config, log);
  const webhooks = runWebhooks(ports, log);
  const working = startBackgroundWork(ports, eventWork(ports, config), log);
  if (threadPoolTooSmall(process.env)) log.warn('UV_THREADPOOL_SIZE is too small: start through start.cjs');
  log.info({ url: config.url, listening: listening.url, version: about.version }, 'serving');

  const stop = (signal: string) => {
    log.info({ signal }, 'stopping');
    Promise.all([listening.stop(), working.stop(), webhooks.stop(config.shutdownMs / 2)])
      .then(() => socket?.close())
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

/** For the command line where no service runs: opens the stores, serves the socket, and ends with whoever started it. */
async function operate(config: Config, log: Logger): Promise<void> {
  const ports = await openPorts(config, log);
  const socket = await openOperatorSocket(ports, config, log);
  if (!socket) throw new Error('a service is running: talk to its socket');
  console.log('ready');
  process.stdin.resume();
  await once(process.stdin, 'end');
  await socket.close();
  await ports.store.close();
  process.exit();
}

/** None where another service of this data folder has it: several may share one Redis. */
async function openOperatorSocket(ports: Ports, config: Config, log: Logger): Promise<OperatorSocket | undefined> {
  const path = join(config.dataFolder, SOCKET);
  try {
    const app = createOperatorApp(ports, { issuer: config.url, version: about.version, log });
    return await listenOnSocket(app, path);
  } catch (error) {
    // A file system without sockets must not keep people from signing in.
    log.warn({ err: error, path }, 'the command line cannot reach this service: its socket could not be opened');
    return undefined;
  }
}

/** What is derived from the stream of events, and what of it has had its time. */
function eventWork(ports: Ports, config: Config): BackgroundWork[] {
  const { keptDays, mostEvents } = config.eventRetention;
  const retention = { keptMs: keptDays * DAY_MS, mostEvents };
  return [
    { name: SEALER, everyMs: 1000, run: (stopping) => sealEvents(ports, { stopping }) },
    {
      name: COUNTER,
      everyMs: 1000,
      run: (stopping) => countSignIns(ports, { keptDays: config.statisticsKeptDays, stopping }),
    },
    { name: 'retention', everyMs: 60_000, run: (stopping) => dropOldSegments(ports, retention, { stopping }) },
  ];
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
  const ports = await openPorts(config, log);
  try {
    const made = await createAccount(ports, { name });
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

async function openPorts(config: Config, log: Logger, courier = openCourier(config)): Promise<Ports> {
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
  const webhookSender = createHttpsWebhookSender(config.webhooks);
  const base = { store, clock: systemClock, random: systemRandom, secrets, geo, courier, webhookSender };
  const keys = await loadSigningKeys(base, { algorithm: config.signingAlgorithm });
  return {
    ...base,
    signer: createSigner({ issuer: config.url, keys, now: systemClock.now }),
    hasher: createArgon2Hasher(config.argon2),
  };
}

function openCourier({ mail, url }: Config): Courier {
  const server = mail && parseSmtpUrl(mail.server.reveal());
  if (!mail || !server) return noCourier;
  const { implicitTls, ...rest } = server;
  const withStartTls = mail.allowPlaintext ? 'offered' : 'starttls';
  const tls = implicitTls ? 'implicit' : isLoopbackHost(server.host) ? 'none' : withStartTls;
  return createSmtpCourier({ ...rest, tls, from: mail.from, url });
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
