import { Plus } from 'lucide';
import { Icon } from '../parts/icon.tsx';
import { useTokensOf } from '../shared/access/give-access-dialog.tsx';
import { UserAccess } from '../shared/access/user-access.tsx';
import { Since } from '../shared/history/history.tsx';
import { KINDS, TokenBadge, UserBadge } from '../shared/states.tsx';
import { canChangeUser, TOKENS, type User } from '../shared/user.ts';
import { words as people } from '../shared/words.ts';
import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { refusalInWords } from '../shell/refusal.ts';
import { words as common } from '../shell/words.ts';
import { Browsers } from './browsers.tsx';
import { SendLinks } from './send-links.tsx';
import { words } from './words.ts';

/** What somebody at a help desk asks first: do they get in, where, with what; and what can be done about it. */
export function UserOverview({ user }: { user: User }) {
  const { session } = useConsole();
  const mayChange = canChangeUser(session, user);
  return (
    <div class="columns">
      <div>
        {!mayChange && <p class="strip">{words('notYours')}</p>}
        <State user={user} mayChange={mayChange} />
        <Tokens user={user} />
        <UserAccess user={user} none={words('accessNone')} />
      </div>
      <div>
        <SendLinks user={user} mayChange={mayChange} />
        <Browsers user={user} mayForget={mayChange} />
      </div>
    </div>
  );
}

function State({ user, mayChange }: { user: User; mayChange: boolean }) {
  const { client, reads, texts, ask, notify } = useConsole();
  const { id, login, blocked, needsConfirmation } = user;
  const locked = useTokensOf(id).body?.items.filter((token) => token.locked !== null) ?? [];
  const put = async (changes: { blocked: boolean } | { needsConfirmation: false }) => {
    const answer = await client.send('PATCH', `users/${id}`, changes);
    reads.changed('users');
    return answer.kind === 'done' ? undefined : refusalInWords(texts, answer);
  };
  const change = async () => {
    const question = { title: words('blockTitle', `“${login}”`), text: words('blockText'), action: words('block') };
    if (!blocked && !(await ask(question))) return;
    const wrong = await put({ blocked: !blocked });
    if (wrong !== undefined) return notify({ text: wrong, isBad: true });
    notify({ text: words(blocked ? 'unblocked' : 'isBlocked', login), undo: () => put({ blocked }) });
  };
  const confirm = async () => {
    const question = {
      title: words('confirmTitle', `“${login}”`),
      text: words('confirmText'),
      action: words('confirm'),
    };
    if (!(await ask(question))) return;
    const wrong = await put({ needsConfirmation: false });
    notify(wrong === undefined ? { text: words('isConfirmed', login) } : { text: wrong, isBad: true });
  };
  return (
    <section class="panel" aria-labelledby="state">
      <div class="panel-head">
        <h2 id="state">{words('state')}</h2>
        {mayChange && (
          <button type="button" class={blocked ? 'small-primary' : 'secondary'} onClick={change}>
            {words(blocked ? 'unblock' : 'block')}
          </button>
        )}
      </div>
      <p>
        <UserBadge user={user} />
      </p>
      <p class="hint">
        {words(blocked ? 'blockedText' : user.hasPassword ? 'activeText' : 'noPasswordText')}{' '}
        {blocked && <Since path={`users/${id}`} type="user.updated" field="blocked" />}
      </p>
      {needsConfirmation && (
        <p class="strip warn">
          {words('unconfirmed')}{' '}
          {mayChange && (
            <button type="button" class="secondary" onClick={confirm}>
              {words('confirm')}
            </button>
          )}
        </p>
      )}
      {locked.map((token) => (
        <p class="strip warn" key={token.id}>
          {words('lockedToken')} <Link href={`${TOKENS}/${token.id}`}>{token.name}</Link>.
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
        <h2 id="tokens">{words('tokens')}</h2>
        {mayAdd && (
          <Link class="secondary" href={`${TOKENS}/new?owner=${user.id}`}>
            <Icon node={Plus} size={16} />
            {words('addToken')}
          </Link>
        )}
      </div>
      {body && items.length === 0 && <p class="hint">{words('tokensNone')}</p>}
      {items.length > 0 && (
        <ul class="things">
          {items.map((token) => (
            <li key={token.id}>
              <Link href={`${TOKENS}/${token.id}`}>{token.name}</Link>
              <span class="hint">{people(KINDS[token.kind])}</span>
              <TokenBadge token={token} />
            </li>
          ))}
        </ul>
      )}
      {body?.next && <p class="hint">{common('more', '…')}</p>}
    </section>
  );
}
