import { IMPORT_FLAWS, IMPORT_WARNINGS } from '../../../shared/wire/token-import.ts';

export const en = { ...IMPORT_FLAWS, ...IMPORT_WARNINGS } as const;
