import { loadTogether } from '../i18n/page-texts.ts';
import { t as secrets } from '../secrets/i18n.ts';
import { useConsole } from '../shell/context.ts';
import { ownTexts, t } from './i18n.ts';
import { NewResource } from './new-resource.tsx';
import { OneResource } from './one-resource.tsx';
import { ResourceList } from './resource-list.tsx';
import css from './resources.css?inline';

export const messages = loadTogether(t, ownTexts, secrets);
export const style = css;

/** The page of resources: the protected sites and systems. */
export function Page() {
  const { params } = useConsole().address;
  if (params.page === 'new') return <NewResource />;
  return params.id === undefined ? <ResourceList /> : <OneResource key={params.id} id={params.id} />;
}
