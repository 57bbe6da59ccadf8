import type { ComponentChildren } from 'preact';
import { durationText } from '../edit/inputs.ts';
import type { Token } from '../shared/user.ts';
import { isReadOnly, useConsole } from '../shell/context.ts';
import { Timestamp } from '../shell/timestamp.tsx';
import { t } from './i18n.ts';
import { Owner } from './owner.tsx';
import { StatePanel } from './state-panel.tsx';
import { TokenAccess } from './token-access.tsx';
import { useMayChange } from './use-may-change.ts';

export function TokenOverview({ token }: { token: Token }) {
  const { session } = useConsole();
  const { owner, mayChange, mayHelp } = useMayChange(token);
  const isOwn = token.administrator === session.administrator.id;
  return (
    <div class="columns">
      <div>
        {token.administrator !== undefined && <p class="strip">{t(isOwn ? 'yourSignIn' : 'ofAdministratorText')}</p>}
        {token.administrator === undefined && !mayHelp && (token.owner === undefined || owner) && (
          <p class="strip">{t(isReadOnly(session) ? 'onlyReading' : 'notYours')}</p>
        )}
        <StatePanel
          token={token}
          mayChange={mayChange && token.administrator === undefined}
          mayHelp={mayHelp && token.administrator === undefined}
        />
        {token.administrator === undefined && <TokenAccess token={token} owner={owner} />}
      </div>
      <div>
        {token.administrator === undefined && <Owner token={token} mayChange={mayChange} />}
        <Facts token={token} />
      </div>
    </div>
  );
}

function Facts({ token }: { token: Token }) {
  const { algorithm, digits, periodMs, suite, serial, to, codesLeft, pin, expiresAt, discoverable, synced } = token;
  const yes = (is: boolean) => t(is ? 'yes' : 'no');
  const facts: [string, ComponentChildren][] = [
    ...(serial === undefined ? [] : [[t('serial'), <code key="x">{serial}</code>] as const]),
    ...(to === undefined ? [] : [[t('to'), to] as const]),
    ...(digits === undefined ? [] : [[t('digits'), digits] as const]),
    ...(periodMs === undefined ? [] : [[t('period'), durationText(periodMs)] as const]),
    ...(algorithm === undefined ? [] : [[t('algorithm'), algorithm] as const]),
    ...(suite === undefined ? [] : [[t('suite'), <code key="x">{suite}</code>] as const]),
    ...(codesLeft === undefined ? [] : [[t('codesLeft'), codesLeft] as const]),
    ...(discoverable === undefined ? [] : [[t('discoverable'), yes(discoverable)] as const]),
    ...(synced === undefined ? [] : [[t('synced'), yes(synced)] as const]),
    ...(pin === undefined ? [] : [[t('pin'), t(pin === 'before' ? 'pinBefore' : 'pinAfter')] as const]),
    ...(expiresAt === undefined ? [] : [[t('expires'), <Timestamp key="x" at={expiresAt} isExact />] as const]),
  ].map(([label, value]) => [label, value]);
  if (facts.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="facts">
      <h2 id="facts">{t('facts')}</h2>
      <dl class="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
