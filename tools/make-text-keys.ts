import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { textKeysPage } from './text-keys/page.ts';

/** Writes `docs/text-keys.md` from the English texts: `npm run docs:texts`. */
writeFileSync(fileURLToPath(new URL('../docs/text-keys.md', import.meta.url)), textKeysPage());
