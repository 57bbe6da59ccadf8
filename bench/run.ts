import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { measureWidget } from '../tools/check-sizes.ts';
import { describeMachine } from './machine.ts';
import { Bench } from './measurements/bench.ts';
import { measureCommits } from './measurements/commits.ts';
import { measureEngines } from './measurements/engines.ts';
import { measureFlood } from './measurements/flood.ts';
import { measureFrame } from './measurements/frame.ts';
import { measureImport } from './measurements/import.ts';
import { measureOtp } from './measurements/otp.ts';
import { measurePasswords } from './measurements/passwords.ts';
import { measureProcesses } from './measurements/processes.ts';
import { measureStartUp } from './measurements/start-up.ts';
import { measureSteps } from './measurements/steps.ts';
import { measureTiming } from './measurements/timing.ts';
import { measureUsers } from './measurements/users.ts';
import { FULL, QUICK } from './plan.ts';
import { measuredValues } from './report/goals.ts';
import { reportOf } from './report/markdown.ts';
import type { EarlierResults, Results } from './report/results.ts';

const USAGE = `usage: npm run bench -- [options]
  --quick            a second or so per measurement: shows that all works, not how fast it is
  --only NAMES       otp, steps, passwords, flood, timing, users, commits, processes, engines, import, start-up, frame
                     or sizes, separated by commas; prints and writes nothing
  --before FILE      latest.json of another commit, for a column of the goals
  --users N          users in the large store
  --node PATH        another version of Node, for "engines"
  --profile FOLDER   node's CPU profiles of the measured services, for --only; slows them down`;

const FOLDER = import.meta.dirname;
const WIDGET = join(FOLDER, '../dist/widget');

type Measurements = Omit<Results, 'takenAt' | 'mode' | 'tookSeconds' | 'machine' | 'before'>;

const MEASUREMENTS: Record<string, (bench: Bench) => Promise<Measurements>> = {
  sizes: async () => ({ sizes: await measureWidget(WIDGET) }),
  frame: async (bench) => ({ frame: await measureFrame(bench) }),
  'start-up': async (bench) => ({ startUp: await measureStartUp(bench) }),
  otp: async (bench) => ({ otp: await measureOtp(bench) }),
  steps: async (bench) => ({ steps: await measureSteps(bench) }),
  passwords: async (bench) => ({ passwords: await measurePasswords(bench) }),
  flood: async (bench) => ({ flood: await measureFlood(bench) }),
  import: async (bench) => ({ import: await measureImport(bench) }),
  timing: async (bench) => ({ timing: await measureTiming(bench) }),
  users: async (bench) => ({ users: await measureUsers(bench) }),
  commits: async (bench) => ({ commits: await measureCommits(bench) }),
  processes: async (bench) => ({ processes: await measureProcesses(bench) }),
  engines: async (bench) => omitUndefined({ engines: await measureEngines(bench) }),
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      before: { type: 'string' },
      profile: { type: 'string' },
      node: { type: 'string' },
      users: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const wanted = values.only?.split(',') ?? Object.keys(MEASUREMENTS);
  const unknown = wanted.filter((name) => MEASUREMENTS[name] === undefined);
  if (values.help || unknown.length > 0 || (values.profile && !values.only)) {
    console.error(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  if (!existsSync(join(FOLDER, '../dist/server/start.cjs'))) throw new Error('build first: npm run build');

  const plan = { ...(values.quick ? QUICK : FULL), ...(values.users && { many: Number(values.users) }) };
  const started = performance.now();
  const results: Results = {
    takenAt: new Date().toISOString(),
    mode: plan.mode,
    tookSeconds: 0,
    machine: describeMachine(),
    ...(values.before && { before: measuredValues(await readEarlier(values.before)) }),
  };
  for (const name of wanted) {
    console.error(`measuring: ${name}`);
    // Each measurement has stores, services and generators of its own and removes them, so that none affects another.
    const bench = new Bench(plan, { profileFolder: values.profile, otherNode: values.node });
    try {
      Object.assign(results, await MEASUREMENTS[name]?.(bench));
    } finally {
      await bench.close();
    }
  }
  results.tookSeconds = (performance.now() - started) / 1000;
  const report = reportOf(results);
  console.log(report);
  // A partial run is for development; published numbers come from one full run.
  if (!values.only) await publish(results, report);
}

/** Without the numbers that were not known, which JSON holds as null. */
async function readEarlier(file: string): Promise<EarlierResults> {
  return JSON.parse(await readFile(file, 'utf8'), (_, value: unknown) => value ?? undefined) as EarlierResults;
}

async function publish(results: Results, report: string): Promise<void> {
  const folder = join(FOLDER, 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'latest.json'), `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(join(folder, 'latest.md'), `${report}\n`);
}

await main();
