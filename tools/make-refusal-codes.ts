import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { refusalCodesPage } from './refusal-codes/page.ts';

/** Writes `docs/refusal-codes.md` from `shared/wire/codes.ts`: `npm run docs:codes`. */
writeFileSync(fileURLToPath(new URL('../docs/refusal-codes.md', import.meta.url)), refusalCodesPage());
