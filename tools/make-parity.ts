import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderParity } from './parity/parity.ts';

/** `npm run parity`: writes `clients/PARITY.md`. Whether what it says is so, `npm run check:claims` finds out. */
writeFileSync(join(process.cwd(), 'clients/PARITY.md'), renderParity(process.cwd()));
