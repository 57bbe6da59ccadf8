import { useState } from 'preact/hooks';
import { CreateForm } from '../edit/create-form.tsx';
import { useInside } from '../inside/context.ts';
import { PageHead } from '../inside/page-head.tsx';
import { ShownOnce } from '../secrets/shown-once.tsx';
import { useResourceChoices } from '../secrets/use-resource-choices.ts';
import { inputsOf, nameOf, WEBHOOKS, type WebhookWithSecret } from './webhook.ts';
import { words } from './words.ts';

export function NewWebhook() {
  const { reads, go } = useInside();
  const { choices } = useResourceChoices();
  const [made, setMade] = useState<WebhookWithSecret>();
  const back = { href: WEBHOOKS, label: words('title') };
  if (made) {
    return (
      <>
        <PageHead title={words('made')} back={back} />
        <ShownOnce
          secret={made.secret}
          what={nameOf(made.webhook)}
          onDone={() => go(`${WEBHOOKS}/${made.webhook.id}`, true)}
        />
      </>
    );
  }
  return (
    <>
      <PageHead title={words('newWebhook')} lead={words('newLead')} back={back} />
      <CreateForm<WebhookWithSecret>
        path="webhooks"
        inputs={inputsOf(choices)}
        initial={{ url: '', description: null, events: null, resources: null }}
        bodyOf={(values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))}
        button={words('make')}
        onMade={({ body }) => {
          reads.changed('webhooks');
          setMade(body);
        }}
        onCancel={() => go(WEBHOOKS)}
      />
    </>
  );
}
