import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dataDictionaryPage } from './data-dictionary/page.ts';

/** Writes `docs/data-dictionary.md` from the declarations of the documents: `npm run docs:data`. */
writeFileSync(fileURLToPath(new URL('../docs/data-dictionary.md', import.meta.url)), dataDictionaryPage());
