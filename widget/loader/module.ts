import { scan } from './pure.ts';
import { whenParsed } from './when-parsed.ts';

export * from './pure.ts';

if (typeof document !== 'undefined') whenParsed(scan);
