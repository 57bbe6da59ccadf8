import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import about from '../../package.json' with { type: 'json' };
import { openApiDocument } from '../../tools/clients/document.ts';
import type { ApiDescription } from './description.ts';
import { referencePages } from './pages.ts';
import { EXAMPLE_SERVICE } from './script.ts';

/** `tsx docs/api-reference/write-pages.ts`: renders the reference into `dist/reference`, for the build. */
const folder = resolve(import.meta.dirname, '../../dist/reference');
const described = (await openApiDocument()) as ApiDescription;
const pages = await referencePages({
  ...described,
  info: { ...described.info, version: about.version },
  servers: [{ url: `${EXAMPLE_SERVICE}/v1` }],
});
await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(pages)) await writeFile(join(folder, name), text);
