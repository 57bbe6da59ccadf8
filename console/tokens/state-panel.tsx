import type { LockReason, TokenState } from '@countersign/protocol/tokens';
import { useState } from 'preact/hooks';
import { Since } from '../shared/history/history.tsx';
import { TokenBadge } from '../shared/states.tsx';
import { canCheck, canResync, stateOf, stateOnceEnabled, type Token } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { quoted } from '../shell/i18n.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { Timestamp } from '../shell/timestamp.tsx';
import { CheckDialog } from './check-dialog.tsx';
import { t } from './i18n.ts';
import { ResyncDialog } from './resync-dialog.tsx';

const WHY: Readonly<Record<LockReason, 'lockedCodes' | 'lockedResync' | 'lockedByHand'>> = {
  'otp-failures': 'lockedCodes',
  'resync-failures': 'lockedResync',
  administrator: 'lockedByHand',
};
const MEANING = {
  active: 'activeText',
  deactivated: 'deactivatedText',
  locked: 'lockedText',
  expired: 'expiredText',
  'out-of-step': 'outOfStepText',
  'secret-lost': 'secretLostText',
} as const satisfies Record<TokenState, string>;

/** The state of a token, its reason and date, and the actions to change it. */
export function StatePanel({ token, mayChange, mayHelp }: { token: Token; mayChange: boolean; mayHelp: boolean }) {
  const { client, reads, texts, ask, notify } = useConsole();
  const [isResyncing, setResyncing] = useState(false);
  const [isChecking, setChecking] = useState(false);
  const path = `tokens/${token.id}`;
  const state = stateOf(token, Date.now());
  const onceEnabled = stateOnceEnabled(token, Date.now());
  const { locked, enabled, failures, name } = token;
  const update = async (changes: object) => {
    const answer = await client.send<Token>('PATCH', path, changes);
    reads.changed('tokens', 'users');
    return answer.kind === 'done' ? undefined : refusalMessage(texts, answer);
  };
  const change = async (changes: object, done: string, back?: object) => {
    const wrong = await update(changes);
    if (wrong !== undefined) return notify({ text: wrong, isBad: true });
    notify({ text: done, ...(back && { undo: () => update(back) }) });
  };
  const switchOff = async () => {
    const question = { title: t('offTitle', { name: quoted(name) }), text: t('offText'), action: t('switchOff') };
    if (await ask(question)) await change({ enabled: false }, t('isOff'), { enabled: true });
  };
  const lock = async () => {
    const question = { title: t('lockTitle', { name: quoted(name) }), text: t('lockText'), action: t('lock') };
    // No undo: unlocking again would also reset the failures.
    if (await ask(question)) await change({ locked: true }, t('isLocked'));
  };
  const resynced =
    onceEnabled !== 'secret-lost' && onceEnabled !== 'locked' && onceEnabled !== 'expired' && canResync(token);
  return (
    <section class="panel" aria-labelledby="state">
      <h2 id="state">{t('state')}</h2>
      <p>
        <TokenBadge token={token} />
      </p>
      {locked && (
        <p>
          {t(WHY[locked.reason])} {t('sinceWhen')} <Timestamp at={locked.at} isExact />
        </p>
      )}
      <p class="hint">
        {t(MEANING[state])}{' '}
        {state === 'expired' && token.expiresAt !== undefined && (
          <>
            {t('sinceWhen')} <Timestamp at={token.expiresAt} isExact />
          </>
        )}
        {state === 'deactivated' && <Since path={path} type="token.updated" field="enabled" />}
      </p>
      {locked && !enabled && <p class="hint">{t('alsoLocked')}</p>}
      {failures > 0 && !locked && <p class="hint">{t('failures', { count: failures })}</p>}
      {mayHelp ? (
        <div class="state-acts">
          {locked && (
            <button type="button" class="small-primary" onClick={() => change({ locked: false }, t('isUnlocked'))}>
              {t('unlock')}
            </button>
          )}
          {mayChange && !enabled && (
            <button
              type="button"
              class={locked ? 'secondary' : 'small-primary'}
              onClick={() => change({ enabled: true }, t('isOn'), { enabled: false })}
            >
              {t('switchOn')}
            </button>
          )}
          {resynced && (
            <button
              type="button"
              class={state === 'out-of-step' ? 'small-primary' : 'secondary'}
              onClick={() => setResyncing(true)}
            >
              {t('resync')}
            </button>
          )}
          {mayChange && onceEnabled === 'active' && canCheck(token) && (
            <button type="button" class="secondary" onClick={() => setChecking(true)}>
              {t('codeCheck')}
            </button>
          )}
          {mayChange && enabled && (
            <button type="button" class="secondary" onClick={switchOff}>
              {t('switchOff')}
            </button>
          )}
          {mayChange && !locked && (
            <button type="button" class="secondary" onClick={lock}>
              {t('lock')}
            </button>
          )}
        </div>
      ) : (
        locked && token.administrator === undefined && <p class="hint">{t('unlockWho')}</p>
      )}
      {isChecking && <CheckDialog token={token} onClose={() => setChecking(false)} />}
      {isResyncing && <ResyncDialog token={token} onClose={() => setResyncing(false)} />}
    </section>
  );
}
