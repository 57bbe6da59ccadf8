import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderParity } from './parity/parity.ts';

/** `npm run parity`: writes `clients/PARITY.md`. `npm run check:docs` verifies it. */
writeFileSync(join(process.cwd(), 'clients/PARITY.md'), renderParity(process.cwd()));
