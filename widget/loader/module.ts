import { scan } from './pure.ts';
import { whenParsed } from './when-parsed.ts';

export * from './pure.ts';

// Not on a server.
if (globalThis.document) whenParsed(() => scan());
