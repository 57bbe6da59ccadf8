import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readProjectFile } from './project-files.ts';
import { report } from './report.ts';
import { measureFigures } from './structure/figures.ts';
import { compareFigures, LIMITS, type Limits, lowerLimits, writtenLimits } from './structure/ratchet.ts';
import { runLogin } from './structure/run-login.ts';

/**
 * `npm run check:figures`: fails if a figure of the house is above its limit. With `-- --lower` it lowers the limits of
 * the figures that fell.
 */
const root = resolve(import.meta.dirname, '..');
const { held } = measureFigures(root, await runLogin(root));
const limits: Limits = JSON.parse(readProjectFile(root, LIMITS));
const lowered = lowerLimits(held, limits);
const falls = Object.keys(limits).filter((name) => limits[name]?.limit !== lowered[name]?.limit);
if (process.argv.includes('--lower')) writeFileSync(resolve(root, LIMITS), writtenLimits(lowered));
else if (falls.length > 0) console.log(`fell; npm run check:figures -- --lower keeps it: ${falls.join('; ')}`);
report('figures', compareFigures(held, limits), `${Object.keys(held).length} figures within their limits`);
