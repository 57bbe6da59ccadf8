import { Badge } from '../parts/badge.tsx';
import { t as common } from '../shell/i18n.ts';
import { t } from './i18n.ts';
import type { Resource } from './resource.ts';

const TESTS = { pass: 'testPass', fail: 'testFail', expire: 'testExpire' } as const;
export const METHODS = {
  auto: 'methodAuto',
  password: 'methodPassword',
  otp: 'methodOtp',
  'password-otp': 'methodBoth',
} as const;

/** The state of a resource as badges. */
export function ResourceBadges({ resource }: { resource: Resource }) {
  return (
    <span class="states">
      <Badge tone={resource.enabled ? 'good' : 'plain'}>{common(resource.enabled ? 'active' : 'deactivated')}</Badge>
      {resource.testMode !== null && <Badge tone="warn">{t(TESTS[resource.testMode])}</Badge>}
    </span>
  );
}

/** The allowed origins on one line. */
export function originsText({ allowedOrigins, allowLocalhost }: Resource): string {
  const all = [
    ...allowedOrigins.map((one) => one.replace(/^https:\/\//, '')),
    ...(allowLocalhost ? [t('localhost')] : []),
  ];
  const [first, ...others] = all;
  if (first === undefined) return t('nowhere');
  return others.length === 0 ? first : t('moreOrigins', { origin: first, count: others.length });
}
