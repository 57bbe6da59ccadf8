import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from './clients/document.ts';
import { clientFiles } from './clients/files.ts';
import { generatedFiles } from './clients/generated-files.ts';

/** `npm run clients`: writes the generated files of the libraries for Python, PHP and Java, and removes those that are no longer generated. */
const ROOT = process.cwd();
const files = clientFiles(await openApiDocument());
for (const path of generatedFiles(ROOT)) if (!files.has(path)) rmSync(join(ROOT, path));
for (const [path, text] of files) writeFileSync(join(ROOT, path), text);
