import { Badge } from '../parts/badge.tsx';
import { absoluteText } from '../parts/time.ts';
import { ResourceName } from '../shared/names.tsx';
import { useConsole } from '../shell/context.ts';
import { t } from './i18n.ts';
import { type Check, type Explanation, refusedBy } from './sign-in-status.ts';

const WHY = {
  plan: 'whyPlan',
  resource: 'whyResource',
  filter: 'whyFilter',
  user: 'whyUser',
  'password-set': 'whyPassword',
  'mailbox-set': 'whyMailbox',
  assignment: 'whyAssignment',
  replacement: 'whyReplacement',
  enrolment: 'whyEnrolment',
} as const;
const WHY_NO_FACTOR = {
  'no-token': 'whyNoToken',
  deactivated: 'whyDeactivated',
  locked: 'whyLocked',
  'locked-by-administrator': 'whyLockedByHand',
  expired: 'whyExpired',
  'out-of-step': 'whyOutOfStep',
  'secret-lost': 'whySecretLost',
  'not-accepted': 'whyNotAccepted',
  unconfirmed: 'whyUnconfirmed',
} as const;

/** For each resource, whether the user can sign in there, and the check that decides. */
export function WhyNot({ explained }: { explained: readonly Explanation[] }) {
  const { lang } = useConsole().texts;
  return (
    <ul class="things">
      {explained.map((one) => {
        const refused = refusedBy(one);
        return (
          <li key={one.resource}>
            <ResourceName id={one.resource} />
            <span class="hint">{refused && whyText(refused, lang)}</span>
            <Badge tone={refused ? 'bad' : 'good'}>{t(refused ? 'statusCannot' : 'statusCan')}</Badge>
          </li>
        );
      })}
    </ul>
  );
}

function whyText(refused: Check, lang: string): string {
  const { check, reason = '', state, isLocked, until } = refused;
  if (check === 'password-wait') {
    return isLocked || until === undefined
      ? t('passwordLockedText')
      : t('whyWaiting', { until: absoluteText(lang, until) });
  }
  if (check === 'replacement' && state === 'locked') return t('whyRecoveryLocked');
  if (check === 'factors') return isKey(WHY_NO_FACTOR, reason) ? t(WHY_NO_FACTOR[reason]) : t('cannotText');
  return isKey(WHY, check) ? t(WHY[check]) : t('cannotText');
}

function isKey<Keys extends object>(keys: Keys, key: string): key is Extract<keyof Keys, string> {
  return Object.hasOwn(keys, key);
}
