import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from './config/load-config.ts';
import { createLogger } from './http/log.ts';
import { operate } from './operate.ts';
import { restore } from './restore.ts';
import { serve } from './serve.ts';
import { setUp } from './set-up.ts';

const USAGE = `usage: start.cjs [serve]            serve; configured by COUNTERSIGN_* variables
       start.cjs serve --demo       serve with a demo account (loopback only)
       start.cjs operate            serve the operator's socket alone, until standard input ends
       start.cjs setup              print the link by which a fresh installation gets its account
       start.cjs setup --name NAME  make an account and its first API key, once shown;
           --superuser EMAIL        and invite its superuser
       start.cjs restore FILE       read a backup into an empty store
           --events FILE            and take away again what its events since say was taken away; for each account
           --keys JWKS              a copy of the published keys of the time since; several, when keys have changed
           --json                   answer in JSON

The countersign command does these and everything else.`;

/** Of a demo that names no data folder: away from the service's. */
const DEMO_FOLDER = './demo-data';

const COMMANDS = ['serve', 'operate', 'setup', 'restore'];

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      demo: { type: 'boolean', default: false },
      name: { type: 'string' },
      superuser: { type: 'string' },
      json: { type: 'boolean', default: false },
      events: { type: 'string', multiple: true, default: [] },
      keys: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean' },
    },
  });
  const [command = 'serve', file = ''] = positionals;
  if (values.help || !COMMANDS.includes(command) || (command === 'restore') !== (file !== '')) {
    console.error(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const isDemo = command === 'serve' && values.demo;
  const config = loadConfig(
    isDemo ? { ...process.env, COUNTERSIGN_DATA: process.env.COUNTERSIGN_DATA || DEMO_FOLDER } : process.env,
  );
  if (command === 'serve') return serve(config, createLogger({ level: config.logLevel }), isDemo);
  // What the others print is for a person, or for a script that reads it: news has no place in between.
  const log = createLogger({ level: 'warn' });
  if (command === 'operate') return operate(config, log);
  if (command === 'setup') return setUp(config, log, values);
  return restore(config, log, file, values);
}

main().catch((error: unknown) => {
  // What stops a start is the operator's to mend: one plain message, no stack.
  const message = error instanceof Error ? error.message : String(error);
  console.error(error instanceof ConfigError ? message : `countersign could not start: ${message}`);
  process.exit(1);
});
