import { History } from '../shared/history/history.tsx';
import { KINDS, TokenBadge } from '../shared/states.tsx';
import { TOKENS, type Token } from '../shared/user.ts';
import { words as people } from '../shared/words.ts';
import { useConsole } from '../shell/context.ts';
import { ObjectPage } from '../shell/object-page.tsx';
import { useQuery } from '../shell/use-read.ts';
import { TokenDetails } from './token-details.tsx';
import { TokenOverview } from './token-overview.tsx';
import { words } from './words.ts';

/** One token, in tabs. */
export function OneToken({ id }: { id: string }) {
  const { tab } = useConsole().address.params;
  const path = `tokens/${id}`;
  const read = useQuery<Token>(path);
  const { body: token, version } = read;
  const here = `${TOKENS}/${id}`;
  return (
    <ObjectPage
      read={read}
      back={{ href: TOKENS, label: words('title') }}
      goneTitle={words('oneTitle')}
      title={token?.name}
      lead={token && people(KINDS[token.kind])}
      labels={{ copyId: words('copyId'), tabs: words('tabs') }}
      badges={token && <TokenBadge token={token} />}
      tabs={[
        { href: here, label: words('tabOverview') },
        { href: `${here}/details`, label: words('tabDetails') },
        { href: `${here}/history`, label: people('history') },
      ]}
    >
      {token && tab === undefined && <TokenOverview token={token} />}
      {token && tab === 'details' && <TokenDetails token={token} version={version} />}
      {tab === 'history' && <History path={path} />}
    </ObjectPage>
  );
}
