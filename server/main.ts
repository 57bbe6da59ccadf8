import cluster from 'node:cluster';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { isPartitionCount } from '@countersign/protocol/partition-count';
import { checkFiles } from './composition/check-files.ts';
import { describeFailure, exitCodeOf } from './composition/command-failure.ts';
import { removeDemo } from './composition/demo/remove-demo.ts';
import { refuseAnotherStore } from './composition/folder-store.ts';
import { forgetLostSecrets } from './composition/forget-secrets.ts';
import { move } from './composition/move.ts';
import { runOperatorServer } from './composition/operator-server.ts';
import { restore } from './composition/restore.ts';
import { serve } from './composition/serve.ts';
import { setUp } from './composition/setup.ts';
import { runWorkers } from './composition/workers/primary.ts';
import { workerCount } from './composition/workers/worker-count.ts';
import { type Config, loadConfig } from './config/load-config.ts';
import { createLogger, type Logger } from './http/log.ts';
import { usableCores } from './platform/argon2/hashing-concurrency.ts';
import { notifyReady } from './platform/service-manager/notify-ready.ts';

const USAGE = `usage: start.cjs [serve]            serve; configured by COUNTERSIGN_* variables
       start.cjs serve --demo       serve with a demo account (loopback only)
           --fresh                  delete the demo of this folder first
           --shop URL               of the shop that runs beside it, for the page at /
       start.cjs operate            serve the operator's socket alone, until standard input ends
       start.cjs setup              print the link that sets up a new installation
       start.cjs setup --name NAME  create an account and its first API key, shown once;
           --superuser EMAIL        and invite its superuser
       start.cjs restore FILE...    read a backup, and the increments after it, into an empty store
           --events FILE            and apply the withdrawals since then from an exported event log; one for each account
           --keys JWKS              with --events: a copy of the keys published since then; several if they have changed
           --identity FILE          of an encrypted backup: the AGE-SECRET-KEY-1… of a recipient
           --passphrase-file FILE   of an encrypted backup
           --json                   print JSON
       start.cjs forget-secrets     show what can no longer be decrypted after the master key is lost
           --confirm                discard it permanently
           --json                   print JSON
       start.cjs move --to URL      move the store to another one, while the service runs; embedded, or the URL of a Redis
           --to-file FILE           the same, if the URL has a password
           --partitions N           of a new Redis store
           --json                   print JSON

The countersign command does these and everything else.`;

/** The data folder of a demo that names none, apart from that of a service. */
const DEMO_FOLDER = './demo-data';

const COMMANDS = ['serve', 'operate', 'setup', 'restore', 'move', 'forget-secrets'];

function parseCommand() {
  return parseArgs({
    allowPositionals: true,
    options: {
      demo: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      shop: { type: 'string' },
      name: { type: 'string' },
      superuser: { type: 'string' },
      json: { type: 'boolean', default: false },
      confirm: { type: 'boolean', default: false },
      events: { type: 'string', multiple: true, default: [] },
      keys: { type: 'string', multiple: true, default: [] },
      identity: { type: 'string' },
      to: { type: 'string' },
      'to-file': { type: 'string' },
      partitions: { type: 'string' },
      'passphrase-file': { type: 'string' },
      help: { type: 'boolean' },
    },
  });
}

let command = 'serve';

async function main(): Promise<void> {
  let parsed: ReturnType<typeof parseCommand>;
  try {
    parsed = parseCommand();
  } catch {
    return showUsage(2);
  }
  const { positionals, values } = parsed;
  const [named = 'serve', ...files] = positionals;
  if (values.help) return showUsage(0);
  const isWhole = (named === 'restore') === files.length > 0 && (values.events.length > 0 || values.keys.length === 0);
  const isDemo = named === 'serve' && values.demo;
  if (!COMMANDS.includes(named) || !isWhole || (!isDemo && (values.fresh || values.shop !== undefined)))
    return showUsage(2);
  command = named;
  const config = loadConfig(
    isDemo ? { ...process.env, COUNTERSIGN_DATA: process.env.COUNTERSIGN_DATA || DEMO_FOLDER } : process.env,
  );
  if (!cluster.isWorker && !isDemo) await refuseAnotherStore(command, config);
  if (command === 'serve') {
    if (!cluster.isWorker) await checkFiles(config);
    const workers = workerCount(config, usableCores());
    const log = createLogger({
      level: config.logLevel,
      isShared: workers > 1 || config.auditFeed?.target.kind === 'output',
    });
    if (workers > 1 && isDemo) throw new Error('a demo keeps its mails in one process: unset COUNTERSIGN_WORKERS');
    if (values.fresh) await removeDemo(config, log);
    if (workers > 1 && cluster.isPrimary) await runWorkers(workers, config, log);
    else await serve(config, log, isDemo ? { shop: values.shop } : undefined);
    // For a service with workers, its primary process does.
    return cluster.isWorker ? undefined : notifyReady(process.env, log);
  }
  if (command === 'operate') return runOperatorServer(config, createLogger({ level: 'warn' }));
  // The others print their result for the operator or a script. A warning, as of an old version of Redis, would spoil it.
  const log = createLogger({ level: 'warn', destination: process.stderr });
  if (command === 'move') return moveBy(config, log, values);
  if (command === 'setup') return setUp(config, log, values);
  if (command === 'forget-secrets') return forgetLostSecrets(config, log, values);
  const { identity, 'passphrase-file': passphraseFile, ...options } = values;
  return restore(config, log, files, { ...options, ...omitUndefined({ identity, passphraseFile }) });
}

/** A password in an argument could be read by every user of the machine. */
async function moveBy(
  config: Config,
  log: Logger,
  { to, partitions, json, ...others }: ReturnType<typeof parseCommand>['values'],
): Promise<void> {
  const file = others['to-file'];
  const address = file === undefined ? to : (await readFile(file, 'utf8')).trim();
  const count = partitions === undefined ? undefined : Number(partitions);
  if (address === undefined || !isPartitionCount(count ?? 1)) return showUsage(2);
  await move(config, log, { to: address, json, ...omitUndefined({ partitions: count }) });
}

function showUsage(exitCode: number): void {
  console.error(USAGE);
  process.exitCode = exitCode;
}

main().catch((error: unknown) => {
  // The operator has to fix this: one plain message, without a stack.
  console.error(describeFailure(command, error));
  process.exit(exitCodeOf(error));
});
