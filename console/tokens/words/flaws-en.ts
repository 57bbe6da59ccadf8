import { IMPORT_FLAWS, IMPORT_WARNINGS } from '@countersign/protocol/token-import';

export const en = { ...IMPORT_FLAWS, ...IMPORT_WARNINGS } as const;
