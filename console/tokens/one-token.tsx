import { useInside } from '../inside/context.ts';
import { PageHead } from '../inside/page-head.tsx';
import { Bones, Problem } from '../inside/problem.tsx';
import { Tabs } from '../inside/tabs.tsx';
import { useRead } from '../inside/use-read.ts';
import { When } from '../inside/when.tsx';
import { Copy } from '../parts/copy.tsx';
import { History } from '../people/history.tsx';
import { TOKENS, type Token } from '../people/person.ts';
import { KINDS, TokenBadge } from '../people/states.tsx';
import { words as people } from '../people/words.ts';
import { TokenDetails } from './token-details.tsx';
import { TokenOverview } from './token-overview.tsx';
import { words } from './words.ts';

/** One token, in tabs. */
export function OneToken({ id }: { id: string }) {
  const { address, texts } = useInside();
  const path = `tokens/${id}`;
  const read = useRead<Token>(path);
  const { body: token, version } = read;
  const here = `${TOKENS}/${id}`;
  const tabs = [
    { href: here, label: words('tabOverview') },
    { href: `${here}/details`, label: words('tabDetails') },
    { href: `${here}/history`, label: people('history') },
  ];
  const { tab } = address.params;
  const part = tabs.find(({ href }) => href === address.path)?.label;
  const isGone = read.problem && !token;
  return (
    <>
      <PageHead
        title={isGone ? words('oneTitle') : token?.name}
        {...(part !== undefined && { part })}
        back={{ href: TOKENS, label: words('title') }}
        lead={
          token && (
            <>
              {people(KINDS[token.kind])}
              <span class="dot">·</span> {words('id')} <code>{token.id}</code>{' '}
              <Copy texts={texts} text={token.id} what={words('copyId')} />
              <span class="dot">·</span> {words('madeAt')} <When at={token.createdAt} />
            </>
          )
        }
      >
        {token && <TokenBadge token={token} />}
      </PageHead>
      {isGone && <Problem read={read} />}
      {!token && !read.problem && <Bones lines={8} />}
      {token && (
        <>
          <Tabs label={words('tabs')} tabs={tabs} />
          {tab === undefined && <TokenOverview token={token} />}
          {tab === 'details' && <TokenDetails token={token} version={version} />}
          {tab === 'history' && <History path={path} />}
        </>
      )}
    </>
  );
}
