import type { Rule } from './rule.ts';
import { breachedPasswords } from './rules/breached-passwords.ts';
import { confirmation } from './rules/confirmation.ts';
import { earlierFactors } from './rules/earlier-factors.ts';
import { enrolment } from './rules/enrolment.ts';
import { environment } from './rules/environment.ts';
import { hook } from './rules/hook/hook.ts';
import { level } from './rules/level.ts';
import { lostDevice } from './rules/lost-device.ts';
import { notices } from './rules/notices/notices.ts';
import { proofOfWork } from './rules/proof-of-work/proof-of-work.ts';
import { selfService } from './rules/self-service.ts';
import { testMode } from './rules/test-mode.ts';
import { trustedBrowsers } from './rules/trusted-browsers/trusted-browsers.ts';
import { unlock } from './rules/unlock.ts';
import { passkeyUpgrade } from './rules/upgrade/upgrade.ts';

/**
 * The features that take part in a sign-in, in the order in which they are asked: the product's policy. `rule.ts` has
 * the hooks. A new feature is one file or folder in `rules/`, and one line here.
 */
export const RULES: readonly Rule[] = [
  proofOfWork,
  testMode,
  lostDevice,
  enrolment,
  environment,
  breachedPasswords,
  earlierFactors,
  trustedBrowsers,
  unlock,
  selfService,
  hook,
  passkeyUpgrade,
  level,
  notices,
  confirmation,
];
