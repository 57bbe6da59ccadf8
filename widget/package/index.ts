import { whenParsed } from '../loader/when-parsed.ts';
import { scan } from './pure.ts';

export * from './pure.ts';

if (globalThis.document) whenParsed(() => scan());
