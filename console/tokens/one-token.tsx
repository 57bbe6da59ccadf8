import { useInside } from '../inside/context.ts';
import { ObjectPage } from '../inside/object-page.tsx';
import { useRead } from '../inside/use-read.ts';
import { History } from '../people/history.tsx';
import { TOKENS, type Token } from '../people/person.ts';
import { KINDS, TokenBadge } from '../people/states.tsx';
import { words as people } from '../people/words.ts';
import { TokenDetails } from './token-details.tsx';
import { TokenOverview } from './token-overview.tsx';
import { words } from './words.ts';

/** One token, in tabs. */
export function OneToken({ id }: { id: string }) {
  const { tab } = useInside().address.params;
  const path = `tokens/${id}`;
  const read = useRead<Token>(path);
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
