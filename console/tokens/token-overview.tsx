import type { ComponentChildren } from 'preact';
import { durationText } from '../edit/inputs.ts';
import type { Token } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { Timestamp } from '../shell/timestamp.tsx';
import { Owner } from './owner.tsx';
import { StatePanel } from './state-panel.tsx';
import { TokenAccess } from './token-access.tsx';
import { useMayChange } from './use-may-change.ts';
import { words } from './words.ts';

export function TokenOverview({ token }: { token: Token }) {
  const { session } = useConsole();
  const { owner, mayChange } = useMayChange(token);
  const isOwn = token.administrator === session.administrator.id;
  return (
    <div class="columns">
      <div>
        {token.administrator !== undefined && (
          <p class="strip">{words(isOwn ? 'yourSignIn' : 'ofAdministratorText')}</p>
        )}
        {token.administrator === undefined && !mayChange && (token.owner === undefined || owner) && (
          <p class="strip">{words('notYours')}</p>
        )}
        <StatePanel token={token} mayChange={mayChange && token.administrator === undefined} />
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
  const yes = (is: boolean) => words(is ? 'yes' : 'no');
  const facts: [string, ComponentChildren][] = [
    ...(serial === undefined ? [] : [[words('serial'), <code key="x">{serial}</code>] as const]),
    ...(to === undefined ? [] : [[words('to'), to] as const]),
    ...(digits === undefined ? [] : [[words('digits'), digits] as const]),
    ...(periodMs === undefined ? [] : [[words('period'), durationText(periodMs)] as const]),
    ...(algorithm === undefined ? [] : [[words('algorithm'), algorithm] as const]),
    ...(suite === undefined ? [] : [[words('suite'), <code key="x">{suite}</code>] as const]),
    ...(codesLeft === undefined ? [] : [[words('codesLeft'), codesLeft] as const]),
    ...(discoverable === undefined ? [] : [[words('discoverable'), yes(discoverable)] as const]),
    ...(synced === undefined ? [] : [[words('synced'), yes(synced)] as const]),
    ...(pin === undefined ? [] : [[words('pin'), words(pin === 'before' ? 'pinBefore' : 'pinAfter')] as const]),
    ...(expiresAt === undefined ? [] : [[words('expires'), <Timestamp key="x" at={expiresAt} isExact />] as const]),
  ].map(([label, value]) => [label, value]);
  if (facts.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="facts">
      <h2 id="facts">{words('facts')}</h2>
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
