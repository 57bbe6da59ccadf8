import { Plus } from 'lucide';
import { useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { useTokensOf } from '../shared/access/give-access-dialog.tsx';
import { UserAccess } from '../shared/access/user-access.tsx';
import { t as sharedTexts } from '../shared/i18n.ts';
import { KINDS, TokenBadge } from '../shared/states.tsx';
import { canChangeUser, canHelpUser, TOKENS, type User } from '../shared/user.ts';
import { canManage, isReadOnly, useConsole } from '../shell/context.ts';
import { t as common } from '../shell/i18n.ts';
import { Link } from '../shell/link.tsx';
import { Browsers } from './browsers.tsx';
import { t } from './i18n.ts';
import { LostDevice } from './lost-device.tsx';
import { type LinkOrder, SendLinks } from './send-links.tsx';
import { TrustedBrowsers } from './trusted-browsers.tsx';
import type { UserStatus } from './use-sign-in-status.ts';
import { UserState } from './user-state.tsx';

/**
 * Answers a help desk's first questions: can the user sign in, where, with which factors, and what can be done about
 * it.
 */
export function UserOverview({ user, signIn }: { user: User; signIn: UserStatus }) {
  const { session } = useConsole();
  const [order, setOrder] = useState<LinkOrder>();
  const mayChange = canChangeUser(session, user);
  const mayHelp = canHelpUser(session, user);
  return (
    <div class="columns">
      <div>
        {!mayHelp && <p class="strip">{t(isReadOnly(session) ? 'onlyReading' : 'notYours')}</p>}
        <UserState
          user={user}
          signIn={signIn}
          mayChange={mayChange}
          mayHelp={mayHelp}
          onEnrol={(resource) => setOrder({ kind: 'enrolment', resource })}
        />
        <Tokens user={user} />
        <UserAccess user={user} none={t('accessNone')} />
      </div>
      <div>
        {(mayHelp || canManage(session)) && (
          <SendLinks user={user} mayChange={mayHelp} order={order} onOrder={setOrder} />
        )}
        {mayChange && <LostDevice user={user} />}
        <TrustedBrowsers user={user} mayEnd={mayChange} />
        <Browsers user={user} mayForget={mayChange} />
      </div>
    </div>
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
