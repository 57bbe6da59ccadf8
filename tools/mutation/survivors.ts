import type { ExplainedSurvivor } from './score.ts';
import { DECISION_SURVIVORS } from './survivors/decisions.ts';
import { RECORD_SURVIVORS } from './survivors/records.ts';

export const EXPLAINED_SURVIVORS: readonly ExplainedSurvivor[] = [...DECISION_SURVIVORS, ...RECORD_SURVIVORS];
