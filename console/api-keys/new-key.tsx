import { useState } from 'preact/hooks';
import { CreateForm } from '../edit/create-form.tsx';
import { useInside } from '../inside/context.ts';
import { PageHead } from '../inside/page-head.tsx';
import { ShownOnce } from '../secrets/shown-once.tsx';
import { useResourceChoices } from '../secrets/use-resource-choices.ts';
import { API_KEYS, inputsOf, type KeyWithSecret, LONGEST_LIFE_MS } from './api-key.ts';
import { words } from './words.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function NewKey() {
  const { reads, go } = useInside();
  const { choices } = useResourceChoices();
  const [made, setMade] = useState<KeyWithSecret>();
  const back = { href: API_KEYS, label: words('title') };
  if (made) {
    return (
      <>
        <PageHead title={words('made', made.key.name)} back={back} />
        <ShownOnce secret={made.text} what={made.key.name} onDone={() => go(`${API_KEYS}/${made.key.id}`, true)} />
      </>
    );
  }
  return (
    <>
      <PageHead title={words('newKey')} lead={words('newLead')} back={back} />
      <CreateForm<KeyWithSecret>
        path="api-keys"
        inputs={[
          ...inputsOf(choices),
          {
            name: 'lifetimeMs',
            kind: 'duration',
            min: MINUTE_MS,
            max: LONGEST_LIFE_MS,
            label: words('lifetime'),
            hint: words('lifetimeHint'),
          },
        ]}
        initial={{ name: '', scopes: ['authenticate'], resources: null, lifetimeMs: 365 * DAY_MS }}
        bodyOf={({ resources, ...rest }) => ({ ...rest, ...(resources !== null && { resources }) })}
        button={words('make')}
        onMade={({ body }) => {
          reads.changed('api-keys', 'checklist');
          setMade(body);
        }}
        onCancel={() => go(API_KEYS)}
      />
    </>
  );
}
