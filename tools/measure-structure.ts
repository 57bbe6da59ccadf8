import { resolve } from 'node:path';
import { readProjectFile } from './project-files.ts';
import { measureFigures } from './structure/figures.ts';
import { LIMITS, type Limits } from './structure/ratchet.ts';
import { runLogin } from './structure/run-login.ts';

/** `npm run measure:structure [-- --files]`: prints the figures of the house, those that are held with their limits. */
const root = resolve(import.meta.dirname, '..');
const { held, others, walked } = measureFigures(root, await runLogin(root));
const limits: Limits = JSON.parse(readProjectFile(root, LIMITS));
console.log(`${''.padEnd(60)}${'measured'.padStart(10)}${'limit'.padStart(10)}`);
for (const [name, value] of Object.entries({ ...held, ...others })) {
  const limit = limits[name]?.limit ?? '';
  console.log(`${name.padEnd(60)}${String(value).padStart(10)}${String(limit).padStart(10)}`);
}
if (process.argv.includes('--files')) console.log(['', ...walked].join('\n'));
