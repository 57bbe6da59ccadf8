import { TOKEN_KINDS, TOKEN_STATES } from '@countersign/protocol/tokens';
import { FileUp, Plus, Smartphone } from 'lucide';
import { type Column, DataList } from '../list/data-list.tsx';
import { Icon } from '../parts/icon.tsx';
import { t as sharedTexts } from '../shared/i18n.ts';
import { CellText, OwnerLogin } from '../shared/names.tsx';
import { KINDS, stateText, TokenBadge } from '../shared/states.tsx';
import { TOKENS, type Token } from '../shared/user.ts';
import { canManage, useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { bulkActions } from './bulk-actions.ts';
import { t } from './i18n.ts';

export function TokenList() {
  const context = useConsole();
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
  const isManager = canManage(context.session);
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
        bulk={bulkActions(context)}
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
