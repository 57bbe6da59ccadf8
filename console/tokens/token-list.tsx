import { FileUp, Plus, Smartphone } from 'lucide';
import type { BulkAction } from '../list/bulk-bar.tsx';
import { type Column, DataList } from '../list/data-list.tsx';
import { Icon } from '../parts/icon.tsx';
import { Clip, OwnerLogin } from '../shared/names.tsx';
import { KINDS, stateText, TokenBadge } from '../shared/states.tsx';
import { canChangeToken, canDelete, TOKEN_KINDS, TOKEN_STATES, TOKENS, type Token } from '../shared/user.ts';
import { words as people } from '../shared/words.ts';
import { useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { words as common } from '../shell/words.ts';
import { words } from './words.ts';

export function TokenList() {
  const { client, reads, session, ask } = useConsole();
  const columns: Column<Token>[] = [
    { key: 'name', label: words('name'), sort: 'name', cell: ({ name }) => name },
    { key: 'state', label: words('state'), cell: (token) => <TokenBadge token={token} /> },
    { key: 'kind', label: words('kind'), cell: ({ kind }) => people(KINDS[kind]) },
    { key: 'serial', label: words('serial'), cell: ({ serial = '' }) => <Clip text={serial} /> },
    { key: 'owner', label: words('owner'), cell: (token) => <Owner token={token} /> },
    { key: 'created', label: words('created'), sort: 'created', cell: ({ createdAt }) => <Timestamp at={createdAt} /> },
  ];
  const onDone = () => reads.changed('users', 'tokens', 'checklist');
  // Whether the owner is theirs to change is known to the service, which may refuse one of several.
  const mayChange = (token: Token) => canChangeToken(session, token, undefined) && token.administrator === undefined;
  const patch = (changes: object) => (token: Token) => client.send('PATCH', `tokens/${token.id}`, changes);
  const enabling = (enabled: boolean): BulkAction<Token> => ({
    label: words(enabled ? 'switchOn' : 'switchOff'),
    isFor: (token) => token.enabled !== enabled && mayChange(token),
    run: patch({ enabled }),
    undo: patch({ enabled: !enabled }),
    onDone,
    ...(!enabled && {
      confirm: (tokens) =>
        ask({ title: words('offTitle', several(tokens)), text: words('offText'), action: words('switchOff') }),
    }),
  });
  const unlocking: BulkAction<Token> = {
    label: words('unlock'),
    isFor: (token) => token.locked !== null && mayChange(token),
    run: patch({ locked: false }),
    onDone,
  };
  const deleting: BulkAction<Token> = {
    label: words('deleteShort'),
    isDanger: true,
    isFor: (token) => canDelete(session, token),
    confirm: (tokens) =>
      ask({
        title: common('deleteTitle', several(tokens)),
        text: words('deleteText'),
        action: words('deleteShort'),
        isDanger: true,
        typed: tokens.length === 1 ? (tokens[0]?.name ?? '') : String(tokens.length),
      }),
    run: ({ id }) => client.send('DELETE', `tokens/${id}`),
    onDone,
  };
  return (
    <>
      <PageHead
        title={words('title')}
        lead={words('lead')}
        actions={
          <>
            <Link class="secondary" href={`${TOKENS}/import`} data-key="i">
              <Icon node={FileUp} size={16} />
              {words('import')}
            </Link>
            <NewLink />
          </>
        }
      />
      <DataList<Token>
        path="tokens"
        label={words('title')}
        columns={columns}
        nameOf={({ name }) => name}
        hrefOf={({ id }) => `${TOKENS}/${id}`}
        filters={[
          {
            name: 'state',
            label: words('anyState'),
            choices: TOKEN_STATES.map((value) => ({ value, label: stateText(value) })),
          },
          {
            name: 'kind',
            label: words('anyKind'),
            choices: TOKEN_KINDS.map((value) => ({ value, label: people(KINDS[value]) })),
          },
        ]}
        bulk={[enabling(true), enabling(false), unlocking, deleting]}
        empty={
          <Empty icon={Smartphone} title={words('emptyTitle')} text={words('emptyText')}>
            <div class="empty-actions">
              <NewLink isSecond />
              <Link class="secondary" href={`${TOKENS}/import`}>
                <Icon node={FileUp} size={16} />
                {words('import')}
              </Link>
            </div>
          </Empty>
        }
      />
    </>
  );
}

function NewLink({ isSecond = false }: { isSecond?: boolean }) {
  return (
    <Link class="small-primary" href={`${TOKENS}/new`} {...(!isSecond && { 'data-key': 'c' })}>
      <Icon node={Plus} size={16} />
      {words('newToken')}
    </Link>
  );
}

function Owner({ token: { owner, administrator } }: { token: Token }) {
  if (administrator !== undefined) return <span class="muted">{words('ofAdministrator')}</span>;
  return owner === undefined ? <span class="muted">{words('nobody')}</span> : <OwnerLogin id={owner} />;
}

function several(tokens: readonly Token[]): string {
  return tokens.length === 1 ? `“${tokens[0]?.name}”` : words('severalTokens', tokens.length);
}
