import { History } from '../shared/history/history.tsx';
import { t as sharedTexts } from '../shared/i18n.ts';
import { KINDS, TokenBadge } from '../shared/states.tsx';
import { TOKENS, type Token } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { ObjectPage } from '../shell/object-page.tsx';
import { useQuery } from '../shell/use-query.ts';
import { t } from './i18n.ts';
import { TokenDetails } from './token-details.tsx';
import { TokenOverview } from './token-overview.tsx';

/** The page of one token. */
export function OneToken({ id }: { id: string }) {
  const { tab } = useConsole().address.params;
  const path = `tokens/${id}`;
  const read = useQuery<Token>(path);
  const { body: token, version } = read;
  const here = `${TOKENS}/${id}`;
  return (
    <ObjectPage
      read={read}
      back={{ href: TOKENS, label: t('title') }}
      goneTitle={t('oneTitle')}
      title={token?.name}
      lead={token && sharedTexts(KINDS[token.kind])}
      labels={{ copyId: t('copyId'), tabs: t('tabs') }}
      badges={token && <TokenBadge token={token} />}
      tabs={[
        { href: here, label: t('tabOverview') },
        { href: `${here}/details`, label: t('tabDetails') },
        { href: `${here}/history`, label: sharedTexts('history') },
      ]}
    >
      {token && tab === undefined && <TokenOverview token={token} />}
      {token && tab === 'details' && <TokenDetails token={token} version={version} />}
      {tab === 'history' && <History path={path} />}
    </ObjectPage>
  );
}
