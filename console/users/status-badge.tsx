import { Badge, type Tone } from '../parts/badge.tsx';
import { t as sharedTexts } from '../shared/i18n.ts';
import { UserBadge } from '../shared/states.tsx';
import type { User } from '../shared/user.ts';
import { t } from './i18n.ts';
import type { SignInStatus } from './sign-in-status.ts';

const TONES: Readonly<Record<SignInStatus, Tone>> = {
  can: 'good',
  some: 'warn',
  passwordAlone: 'warn',
  recoveryOnly: 'warn',
  tokenLocked: 'bad',
  passwordLocked: 'bad',
  waiting: 'warn',
  blocked: 'bad',
  noAccess: 'plain',
  cannot: 'bad',
};

const LABELS = {
  can: 'statusCan',
  some: 'statusSome',
  passwordAlone: 'statusPasswordAlone',
  recoveryOnly: 'statusRecoveryOnly',
  tokenLocked: 'statusTokenLocked',
  passwordLocked: 'statusPasswordLocked',
  waiting: 'statusWaiting',
  noAccess: 'statusNoAccess',
  cannot: 'statusCannot',
} as const satisfies Record<Exclude<SignInStatus, 'blocked'>, string>;

/** Whether the user can sign in, as the service decides it. While it does, only whether they are blocked. */
export function StatusBadge({ user, status }: { user: User; status: SignInStatus | undefined }) {
  if (status === undefined) return user.blocked ? <UserBadge user={user} /> : <Badge tone="plain">…</Badge>;
  return <Badge tone={TONES[status]}>{status === 'blocked' ? sharedTexts('blocked') : t(LABELS[status])}</Badge>;
}
