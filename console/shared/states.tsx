import type { TokenKind, TokenState } from '@countersign/protocol/tokens';
import { Badge, type Tone } from '../parts/badge.tsx';
import { t as common } from '../shell/i18n.ts';
import { type SharedText, t } from './i18n.ts';
import { stateOf, type Token, type User } from './user.ts';

export const KINDS: Readonly<Record<TokenKind, SharedText>> = {
  webauthn: 'kindPasskey',
  totp: 'kindTotp',
  hotp: 'kindHotp',
  ocra: 'kindOcra',
  sms: 'kindSms',
  email: 'kindEmail',
  recovery: 'kindRecovery',
};

const TONES: Readonly<Record<TokenState, Tone>> = {
  active: 'good',
  deactivated: 'plain',
  locked: 'bad',
  expired: 'bad',
  'out-of-step': 'warn',
  'secret-lost': 'bad',
};

export function stateText(state: TokenState): string {
  switch (state) {
    case 'active':
    case 'deactivated':
    case 'locked':
      return common(state);
    case 'expired':
      return t('expired');
    case 'out-of-step':
      return t('outOfStep');
    case 'secret-lost':
      return t('secretLost');
  }
}

export function TokenBadge({ token }: { token: Token }) {
  const state = stateOf(token, Date.now());
  return <Badge tone={TONES[state]}>{stateText(state)}</Badge>;
}

export function UserBadge({ user: { blocked } }: { user: Pick<User, 'blocked'> }) {
  return <Badge tone={blocked ? 'bad' : 'good'}>{blocked ? t('blocked') : common('active')}</Badge>;
}
