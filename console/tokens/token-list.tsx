import { FileUp, Plus, Smartphone } from 'lucide';
import type { BulkAction } from '../list/bulk-bar.tsx';
import { type Column, DataList } from '../list/data-list.tsx';
import { Icon } from '../parts/icon.tsx';
import { t as sharedTexts } from '../shared/i18n.ts';
import { CellText, OwnerLogin } from '../shared/names.tsx';
import { KINDS, stateText, TokenBadge } from '../shared/states.tsx';
import { canChangeToken, canDelete, TOKEN_KINDS, TOKEN_STATES, TOKENS, type Token } from '../shared/user.ts';
import { canManage, isHelpDesk, isReadOnly, useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { t as common, quoted } from '../shell/i18n.ts';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { t } from './i18n.ts';

export function TokenList() {
  const { client, reads, session, ask } = useConsole();
  const columns: Column<Token>[] = [
    { key: 'name', label: t('name'), sort: 'name', cell: ({ name }) => name },
    { key: 'state', label: t('state'), cell: (token) => <TokenBadge token={token} /> },
    { key: 'kind', label: t('kind'), cell: ({ kind }) => sharedTexts(KINDS[kind]) },
    { key: 'serial', label: t('serial'), cell: ({ serial = '' }) => <CellText text={serial} />, isMinor: true },
    { key: 'owner', label: t('owner'), cell: (token) => <Owner token={token} /> },
    {
      key: 'created',
      label: t('created'),
      sort: 'created',
      cell: ({ createdAt }) => <Timestamp at={createdAt} />,
      isMinor: true,
    },
  ];
  const onDone = () => reads.changed('users', 'tokens', 'checklist');
  // The list does not load the owners, so the service may refuse some of the selected tokens.
  const mayChange = (token: Token) => canChangeToken(session, token, undefined) && token.administrator === undefined;
  const patch = (changes: object) => (token: Token) => client.send('PATCH', `tokens/${token.id}`, changes);
  const enabling = (enabled: boolean): BulkAction<Token> => ({
    label: t(enabled ? 'switchOn' : 'switchOff'),
    isFor: (token) => token.enabled !== enabled && mayChange(token),
    run: patch({ enabled }),
    undo: patch({ enabled: !enabled }),
    onDone,
    ...(!enabled && {
      confirm: (tokens) =>
        ask({ title: t('offTitle', { name: bulkText(tokens) }), text: t('offText'), action: t('switchOff') }),
    }),
  });
  const unlocking: BulkAction<Token> = {
    label: t('unlock'),
    isFor: (token) =>
      token.locked !== null && token.administrator === undefined && (isHelpDesk(session) || mayChange(token)),
    run: patch({ locked: false }),
    onDone,
  };
  const deleting: BulkAction<Token> = {
    label: t('deleteShort'),
    isDanger: true,
    isFor: (token) => canDelete(session, token),
    confirm: (tokens) =>
      ask({
        title: common('deleteTitle', { name: bulkText(tokens) }),
        text: t('deleteText'),
        action: t('deleteShort'),
        isDanger: true,
        typed: tokens.length === 1 ? (tokens[0]?.name ?? '') : String(tokens.length),
      }),
    run: ({ id }) => client.send('DELETE', `tokens/${id}`),
    onDone,
  };
  const isManager = canManage(session);
  return (
    <>
      <PageHead
        title={t('title')}
        lead={t('lead')}
        actions={
          isManager && (
            <>
              <Link class="secondary" href={`${TOKENS}/import`} data-key="i">
                <Icon node={FileUp} size={16} />
                {t('import')}
              </Link>
              <NewLink />
            </>
          )
        }
      />
      <DataList<Token>
        path="tokens"
        label={t('title')}
        columns={columns}
        nameOf={({ name }) => name}
        hrefOf={({ id }) => `${TOKENS}/${id}`}
        isCounted
        filters={[
          {
            name: 'state',
            label: t('anyState'),
            choices: TOKEN_STATES.map((value) => ({ value, label: stateText(value) })),
          },
          {
            name: 'kind',
            label: t('anyKind'),
            choices: TOKEN_KINDS.map((value) => ({ value, label: sharedTexts(KINDS[value]) })),
          },
        ]}
        bulk={[
          ...(isManager ? [enabling(true), enabling(false)] : []),
          ...(isReadOnly(session) ? [] : [unlocking]),
          ...(isManager ? [deleting] : []),
        ]}
        empty={
          <Empty icon={Smartphone} title={t('emptyTitle')} text={t('emptyText')}>
            {isManager && (
              <div class="empty-actions">
                <NewLink isSecond />
                <Link class="secondary" href={`${TOKENS}/import`}>
                  <Icon node={FileUp} size={16} />
                  {t('import')}
                </Link>
              </div>
            )}
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
      {t('newToken')}
    </Link>
  );
}

function Owner({ token: { owner, administrator } }: { token: Token }) {
  if (administrator !== undefined) return <span class="muted">{t('ofAdministrator')}</span>;
  return owner === undefined ? <span class="muted">{t('noOwner')}</span> : <OwnerLogin id={owner} />;
}

function bulkText(tokens: readonly Token[]): string {
  return tokens.length === 1 ? quoted(tokens[0]?.name) : t('severalTokens', { count: tokens.length });
}
