import { refusal } from '../../kernel/result.ts';
import type { Rule } from '../rule.ts';

export const level: Rule = {
  name: 'level',
  does: 'There is no result below the level that the site requires, whatever the steps were.',
  inResult(end, { flow }) {
    return flow.demand && end.result.acr < flow.demand.acr ? refusal('LEVEL_UNREACHABLE') : end;
  },
};
