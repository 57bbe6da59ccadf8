import { together } from '../i18n/words.ts';
import { isSuperuser, useInside } from '../inside/context.ts';
import { PageHead } from '../inside/page-head.tsx';
import { words as secrets } from '../secrets/words.ts';
import { KeyList } from './key-list.tsx';
import { NewKey } from './new-key.tsx';
import { OneKey } from './one-key.tsx';
import { words as own } from './words.ts';

export const words = together(own, secrets);

/** What programs get in with. */
export function Room() {
  const { address, session } = useInside();
  const { page, id } = address.params;
  if (!isSuperuser(session)) {
    return (
      <>
        <PageHead title={own('title')} lead={own('lead')} />
        <p class="strip">{secrets('onlySuperuser')}</p>
      </>
    );
  }
  if (page === 'new') return <NewKey />;
  return id === undefined ? <KeyList /> : <OneKey key={id} id={id} />;
}
