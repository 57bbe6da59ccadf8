import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createBuilder } from 'vite';

/**
 * Runs `bench/maintenance.ts` in the form in which the service is built, whose smaller heap is collected in less time:
 * `npx tsx bench/built-maintenance.ts --users 1000000 --no-restore`.
 */
const builder = await createBuilder();
const environment = builder.environments.maintenance;
if (!environment) throw new Error('vite.config.ts has no environment maintenance');
await builder.build(environment);
const bundle = join(builder.config.root, environment.config.build.outDir, 'maintenance.js');
const bench = spawn(process.execPath, [bundle, ...process.argv.slice(2)], { stdio: 'inherit' });
[process.exitCode] = (await once(bench, 'exit')) as [number];
