import { scan } from './esm.ts';

export * from './esm.ts';

// There is no document on a server, and nothing to scan.
if (globalThis.document?.readyState === 'loading') addEventListener('DOMContentLoaded', () => scan());
else scan();
