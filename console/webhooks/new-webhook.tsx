import { useState } from 'preact/hooks';
import { CreateForm } from '../edit/create-form.tsx';
import { isId } from '../events/event.ts';
import { RevealOnce } from '../secrets/reveal-once.tsx';
import { useResourceChoices } from '../secrets/use-resource-choices.ts';
import { useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { t } from './i18n.ts';
import { nameOf } from './name-of.ts';
import { inputsOf, WEBHOOKS, type WebhookWithSecret } from './webhook.ts';

export function NewWebhook() {
  const { address, reads, go } = useConsole();
  const asked = address.query.get('resource');
  // Preselect the resource that the user came from.
  const about = asked !== null && isId(asked) ? asked : null;
  const { choices } = useResourceChoices();
  const [created, setCreated] = useState<WebhookWithSecret>();
  const back = { href: WEBHOOKS, label: t('title') };
  if (created) {
    return (
      <>
        <PageHead title={t('made')} back={back} />
        <RevealOnce
          secret={created.secret}
          what={nameOf(created.webhook)}
          onDone={() => go(`${WEBHOOKS}/${created.webhook.id}`, true)}
        />
      </>
    );
  }
  return (
    <>
      <PageHead title={t('newWebhook')} lead={t('newLead')} back={back} />
      <CreateForm<WebhookWithSecret>
        path="webhooks"
        inputs={inputsOf(choices)}
        initial={{ url: '', description: null, events: null, resources: about === null ? null : [about] }}
        bodyOf={(values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))}
        button={t('make')}
        onCreated={({ body }) => {
          reads.changed('webhooks');
          setCreated(body);
        }}
        onCancel={() => go(WEBHOOKS)}
      />
    </>
  );
}
