import type { LockReason } from '@countersign/protocol/tokens';
import { useState } from 'preact/hooks';
import { absoluteText } from '../parts/time.ts';
import { useTokensOf } from '../shared/access/give-access-dialog.tsx';
import { Since } from '../shared/history/history.tsx';
import { canHelpToken, TOKENS, type Token, type User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { quoted } from '../shell/i18n.ts';
import { Link } from '../shell/link.tsx';
import { refusalMessage } from '../shell/refusal.ts';
import { Timestamp } from '../shell/timestamp.tsx';
import { useQuery } from '../shell/use-query.ts';
import { t } from './i18n.ts';
import { passwordAloneOn, type SignInStatus } from './sign-in-status.ts';
import { StatusBadge } from './status-badge.tsx';
import type { UserStatus } from './use-sign-in-status.ts';
import { WhyNot } from './why-not.tsx';

const LOCKED: Readonly<Record<LockReason, 'lockedCodes' | 'lockedResync' | 'lockedByHand'>> = {
  'otp-failures': 'lockedCodes',
  'resync-failures': 'lockedResync',
  administrator: 'lockedByHand',
};
const MEANING = {
  can: 'activeText',
  some: 'someText',
  passwordAlone: 'passwordAloneText',
  recoveryOnly: 'recoveryOnlyText',
  tokenLocked: 'tokenLockedText',
  passwordLocked: 'passwordLockedText',
  waiting: 'waitingText',
  blocked: 'blockedText',
  noAccess: 'accessNone',
  cannot: 'cannotText',
} as const satisfies Record<SignInStatus, string>;

export interface UserStateProps {
  user: User;
  signIn: UserStatus;
  mayChange: boolean;
  mayHelp: boolean;
  /** Offers an enrolment link for a resource. */
  onEnrol(resource: { id: string; name: string }): void;
}

/** Whether the user can sign in, why not, and what lifts it. */
export function UserState({ user, signIn, mayChange, mayHelp, onEnrol }: UserStateProps) {
  const { client, reads, texts, session, ask, notify } = useConsole();
  const [isOpen, setOpen] = useState(false);
  const { id, login, blocked, needsConfirmation, passwordByHelpDesk } = user;
  const { status, explained } = signIn;
  const locked = useTokensOf(id).body?.items.filter((token) => token.enabled && token.locked !== null) ?? [];
  const send = async (path: string, changes: object) => {
    const answer = await client.send('PATCH', path, changes);
    reads.changed('tokens', 'users');
    return answer.kind === 'done' ? undefined : refusalMessage(texts, answer);
  };
  const update = (changes: { blocked: boolean } | { needsConfirmation: false }) => send(`users/${id}`, changes);
  const tell = (wrong: string | undefined, done: string) =>
    notify(wrong === undefined ? { text: done } : { text: wrong, isBad: true });
  const change = async () => {
    const question = { title: t('blockTitle', { name: quoted(login) }), text: t('blockText'), action: t('block') };
    if (!blocked && !(await ask(question))) return;
    const wrong = await update({ blocked: !blocked });
    if (wrong !== undefined) return notify({ text: wrong, isBad: true });
    const text = t(blocked ? 'unblocked' : 'isBlocked', { login });
    notify({ text, ...(mayChange && { undo: () => update({ blocked }) }) });
  };
  const confirm = async () => {
    const question = {
      title: t('confirmTitle', { login: quoted(login) }),
      text: t('confirmText'),
      action: t('confirm'),
    };
    if (await ask(question)) tell(await update({ needsConfirmation: false }), t('isConfirmed', { login }));
  };
  const unlock = async ({ id: token, name }: Token) =>
    tell(await send(`tokens/${token}`, { locked: false }), t('tokenUnlocked', { name }));
  const unlockPassword = async () => tell(await update({ blocked: false }), t('passwordUnlocked'));
  const isPasswordLocked = explained.some(({ checks }) => checks.some(({ isLocked }) => isLocked === true));
  const isAsking = status !== undefined && status !== 'can' && status !== 'passwordAlone' && explained.length > 0;
  return (
    <section class="panel" aria-labelledby="state">
      <div class="panel-head">
        <h2 id="state">{t('state')}</h2>
        {(mayChange || (mayHelp && blocked)) && (
          <button type="button" class={blocked ? 'small-primary' : 'secondary'} onClick={change}>
            {t(blocked ? 'unblock' : 'block')}
          </button>
        )}
      </div>
      <p>
        <StatusBadge user={user} status={status} />
      </p>
      <p class="hint">
        {status && t(status === 'can' && !user.hasPassword ? 'noPasswordText' : MEANING[status])}{' '}
        {blocked && <Since path={`users/${id}`} type="user.updated" field="blocked" />}
      </p>
      {(needsConfirmation || passwordByHelpDesk) && (
        <p class="strip warn">
          {needsConfirmation && t('unconfirmed')} {passwordByHelpDesk && t('knownPassword')}{' '}
          {mayChange && (
            <button type="button" class="secondary" onClick={confirm}>
              {t('confirm')}
            </button>
          )}
        </p>
      )}
      {locked.map((token) => (
        <p class="strip warn" key={token.id}>
          <Link href={`${TOKENS}/${token.id}`}>{token.name}</Link> {token.locked && t(LOCKED[token.locked.reason])}{' '}
          {token.locked && <Timestamp at={token.locked.at} isExact />}{' '}
          {canHelpToken(session, token, user) && (
            <button
              type="button"
              class="secondary"
              aria-label={t('unlockToken', { name: token.name })}
              onClick={() => unlock(token)}
            >
              {t('unlock')}
            </button>
          )}
        </p>
      ))}
      {isPasswordLocked && (
        <p class="strip warn">
          {status !== 'passwordLocked' && t('passwordLockedText')}{' '}
          {mayHelp && (
            <button type="button" class="secondary" onClick={unlockPassword}>
              {t('unlockPassword')}
            </button>
          )}
        </p>
      )}
      {passwordAloneOn(explained).map((one) => (
        <PasswordAlone key={one.resource} {...one} mayHelp={mayHelp} onEnrol={onEnrol} />
      ))}
      {isAsking && (
        <>
          <button type="button" class="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {t('whyNot', { login })}
          </button>
          {isOpen && <WhyNot explained={explained} />}
        </>
      )}
    </section>
  );
}

interface PasswordAloneProps extends Pick<UserStateProps, 'mayHelp' | 'onEnrol'> {
  resource: string;
  since?: number;
}

/** Every token of the user is switched off there: a second factor has gone, and an enrolment link brings one back. */
function PasswordAlone({ resource: id, since, mayHelp, onEnrol }: PasswordAloneProps) {
  const { lang } = useConsole().texts;
  const name = useQuery<{ name: string }>(`resources/${id}`).body?.name ?? id;
  const values = { resource: name, since: since === undefined ? '' : absoluteText(lang, since) };
  return (
    <p class="strip warn">
      {t(since === undefined ? 'alone' : 'aloneSince', values)}{' '}
      {mayHelp && (
        <button type="button" class="secondary" onClick={() => onEnrol({ id, name })}>
          {t('sendEnrolment')}
        </button>
      )}
    </p>
  );
}
