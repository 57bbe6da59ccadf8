import { useState } from 'preact/hooks';
import { Since } from '../shared/history/history.tsx';
import { TokenBadge } from '../shared/states.tsx';
import {
  canCheck,
  canResync,
  type LockReason,
  stateOf,
  stateOnceEnabled,
  type Token,
  type TokenState,
} from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { refusalInWords } from '../shell/refusal.ts';
import { Timestamp } from '../shell/timestamp.tsx';
import { CheckDialog } from './check-dialog.tsx';
import { ResyncDialog } from './resync-dialog.tsx';
import { words } from './words.ts';

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
} as const satisfies Record<TokenState, string>;

/** In which state a token is, why, since when, and how it comes out of it. */
export function StatePanel({ token, mayChange }: { token: Token; mayChange: boolean }) {
  const { client, reads, texts, ask, notify } = useConsole();
  const [isResyncing, setResyncing] = useState(false);
  const [isChecking, setChecking] = useState(false);
  const path = `tokens/${token.id}`;
  const state = stateOf(token, Date.now());
  const onceEnabled = stateOnceEnabled(token, Date.now());
  const { locked, enabled, failures, name } = token;
  const put = async (changes: object) => {
    const answer = await client.send<Token>('PATCH', path, changes);
    reads.changed('tokens', 'users');
    return answer.kind === 'done' ? undefined : refusalInWords(texts, answer);
  };
  const change = async (changes: object, done: string, back?: object) => {
    const wrong = await put(changes);
    if (wrong !== undefined) return notify({ text: wrong, isBad: true });
    notify({ text: done, ...(back && { undo: () => put(back) }) });
  };
  const switchOff = async () => {
    const question = { title: words('offTitle', `“${name}”`), text: words('offText'), action: words('switchOff') };
    if (await ask(question)) await change({ enabled: false }, words('isOff'), { enabled: true });
  };
  const lock = async () => {
    const question = { title: words('lockTitle', `“${name}”`), text: words('lockText'), action: words('lock') };
    // Unlocking again would zero the failures, which was not asked for: so no undo.
    if (await ask(question)) await change({ locked: true }, words('isLocked'));
  };
  const resynced = onceEnabled !== 'locked' && onceEnabled !== 'expired' && canResync(token);
  return (
    <section class="panel" aria-labelledby="state">
      <h2 id="state">{words('state')}</h2>
      <p>
        <TokenBadge token={token} />
      </p>
      {locked && (
        <p>
          {words(WHY[locked.reason])} {words('sinceWhen')} <Timestamp at={locked.at} isExact />
        </p>
      )}
      <p class="hint">
        {words(MEANING[state])}{' '}
        {state === 'expired' && token.expiresAt !== undefined && (
          <>
            {words('sinceWhen')} <Timestamp at={token.expiresAt} isExact />
          </>
        )}
        {state === 'deactivated' && <Since path={path} type="token.updated" field="enabled" />}
      </p>
      {locked && !enabled && <p class="hint">{words('alsoLocked')}</p>}
      {failures > 0 && !locked && <p class="hint">{words('failures', failures)}</p>}
      {mayChange ? (
        <div class="state-acts">
          {locked && (
            <button type="button" class="small-primary" onClick={() => change({ locked: false }, words('isUnlocked'))}>
              {words('unlock')}
            </button>
          )}
          {!enabled && (
            <button
              type="button"
              class={locked ? 'secondary' : 'small-primary'}
              onClick={() => change({ enabled: true }, words('isOn'), { enabled: false })}
            >
              {words('switchOn')}
            </button>
          )}
          {resynced && (
            <button
              type="button"
              class={state === 'out-of-step' ? 'small-primary' : 'secondary'}
              onClick={() => setResyncing(true)}
            >
              {words('resync')}
            </button>
          )}
          {onceEnabled === 'active' && canCheck(token) && (
            <button type="button" class="secondary" onClick={() => setChecking(true)}>
              {words('codeCheck')}
            </button>
          )}
          {enabled && (
            <button type="button" class="secondary" onClick={switchOff}>
              {words('switchOff')}
            </button>
          )}
          {!locked && (
            <button type="button" class="secondary" onClick={lock}>
              {words('lock')}
            </button>
          )}
        </div>
      ) : (
        locked && token.administrator === undefined && <p class="hint">{words('unlockWho')}</p>
      )}
      {isChecking && <CheckDialog token={token} onClose={() => setChecking(false)} />}
      {isResyncing && <ResyncDialog token={token} onClose={() => setResyncing(false)} />}
    </section>
  );
}
