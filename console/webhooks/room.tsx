import { types } from '../events/words.ts';
import { together } from '../i18n/words.ts';
import { isSuperuser, useInside } from '../inside/context.ts';
import { PageHead } from '../inside/page-head.tsx';
import { words as secrets } from '../secrets/words.ts';
import { NewWebhook } from './new-webhook.tsx';
import { OneWebhook } from './one-webhook.tsx';
import { WebhookList } from './webhook-list.tsx';
import css from './webhooks.css?inline';
import { words as own } from './words.ts';

export const words = together(own, secrets, types);
export const style = css;

/** Who is told of what happens. */
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
  if (page === 'new') return <NewWebhook />;
  return id === undefined ? <WebhookList /> : <OneWebhook key={id} id={id} />;
}
