import { scan } from './esm.ts';
import { whenParsed } from './when-parsed.ts';

export * from './esm.ts';

// There is no document on a server.
if (globalThis.document) whenParsed(() => scan());
