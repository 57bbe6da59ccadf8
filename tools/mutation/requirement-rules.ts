import type { RequirementMutation } from './requirements.ts';
import { SERVICE_RULES } from './rules/service.ts';
import { SIGN_IN_RULES } from './rules/sign-in.ts';

/** In the order of the requirements. */
export const REQUIREMENT_MUTATIONS: readonly RequirementMutation[] = [...SIGN_IN_RULES, ...SERVICE_RULES]
  .map((rule) => ({ test: rule.file.replace(/\.ts$/, '.test.ts'), ...rule }))
  .sort((a, b) => Number(a.requirement.slice(3)) - Number(b.requirement.slice(3)));

/** Requirements without a row, and why. */
export const UNTRIED_REQUIREMENTS: Readonly<Record<string, string>> = {
  'SR-60':
    'Its rules are files of data (lockfiles, workflows, digests of images), which `tools/lockfile.test.ts` and `tools/workflows.test.ts` read as they are.',
};
