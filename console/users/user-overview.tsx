import { Plus } from 'lucide';
import { Icon } from '../parts/icon.tsx';
import { useTokensOf } from '../shared/access/give-access-dialog.tsx';
import { UserAccess } from '../shared/access/user-access.tsx';
import { Since } from '../shared/history/history.tsx';
import { t as sharedTexts } from '../shared/i18n.ts';
import { KINDS, TokenBadge, UserBadge } from '../shared/states.tsx';
import { canChangeUser, canHelpUser, TOKENS, type User } from '../shared/user.ts';
import { canManage, isReadOnly, useConsole } from '../shell/context.ts';
import { t as common, quoted } from '../shell/i18n.ts';
import { Link } from '../shell/link.tsx';
import { refusalMessage } from '../shell/refusal.ts';
import { Browsers } from './browsers.tsx';
import { t } from './i18n.ts';
import { SendLinks } from './send-links.tsx';
import { TrustedBrowsers } from './trusted-browsers.tsx';

/**
 * Answers a help desk's first questions: can the user sign in, where, with which factors, and what can be done about
 * it.
 */
export function UserOverview({ user }: { user: User }) {
  const { session } = useConsole();
  const mayChange = canChangeUser(session, user);
  const mayHelp = canHelpUser(session, user);
  return (
    <div class="columns">
      <div>
        {!mayHelp && <p class="strip">{t(isReadOnly(session) ? 'onlyReading' : 'notYours')}</p>}
        <State user={user} mayChange={mayChange} mayHelp={mayHelp} />
        <Tokens user={user} />
        <UserAccess user={user} none={t('accessNone')} />
      </div>
      <div>
        {(mayHelp || canManage(session)) && <SendLinks user={user} mayChange={mayHelp} />}
        <TrustedBrowsers user={user} mayEnd={mayChange} />
        <Browsers user={user} mayForget={mayChange} />
      </div>
    </div>
  );
}

function State({ user, mayChange, mayHelp }: { user: User; mayChange: boolean; mayHelp: boolean }) {
  const { client, reads, texts, ask, notify } = useConsole();
  const { id, login, blocked, needsConfirmation, passwordByHelpDesk } = user;
  const locked = useTokensOf(id).body?.items.filter((token) => token.locked !== null) ?? [];
  const update = async (changes: { blocked: boolean } | { needsConfirmation: false }) => {
    const answer = await client.send('PATCH', `users/${id}`, changes);
    reads.changed('users');
    return answer.kind === 'done' ? undefined : refusalMessage(texts, answer);
  };
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
    if (!(await ask(question))) return;
    const wrong = await update({ needsConfirmation: false });
    notify(wrong === undefined ? { text: t('isConfirmed', { login }) } : { text: wrong, isBad: true });
  };
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
        <UserBadge user={user} />
      </p>
      <p class="hint">
        {t(blocked ? 'blockedText' : user.hasPassword ? 'activeText' : 'noPasswordText')}{' '}
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
          {t('lockedToken')} <Link href={`${TOKENS}/${token.id}`}>{token.name}</Link>.
        </p>
      ))}
    </section>
  );
}

function Tokens({ user }: { user: User }) {
  const { session } = useConsole();
  const { body } = useTokensOf(user.id);
  const items = body?.items ?? [];
  const mayAdd = canChangeUser(session, user);
  return (
    <section class="panel" aria-labelledby="tokens">
      <div class="panel-head">
        <h2 id="tokens">{t('tokens')}</h2>
        {mayAdd && (
          <Link class="secondary" href={`${TOKENS}/new?owner=${user.id}`}>
            <Icon node={Plus} size={16} />
            {t('addToken')}
          </Link>
        )}
      </div>
      {body && items.length === 0 && <p class="hint">{t('tokensNone')}</p>}
      {items.length > 0 && (
        <ul class="things">
          {items.map((token) => (
            <li key={token.id}>
              <Link href={`${TOKENS}/${token.id}`}>{token.name}</Link>
              <span class="hint">{sharedTexts(KINDS[token.kind])}</span>
              <TokenBadge token={token} />
            </li>
          ))}
        </ul>
      )}
      {body?.next && <p class="hint">{common('more', { name: '…' })}</p>}
    </section>
  );
}
