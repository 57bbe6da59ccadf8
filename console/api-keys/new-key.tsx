import { useState } from 'preact/hooks';
import { CreateForm } from '../edit/create-form.tsx';
import type { Input } from '../edit/inputs.ts';
import { RevealOnce } from '../secrets/reveal-once.tsx';
import { useResourceChoices } from '../secrets/use-resource-choices.ts';
import type { Fields } from '../service/conflict.ts';
import { useConsole } from '../shell/context.ts';
import { PageHead } from '../shell/page-head.tsx';
import { API_KEYS, inputsOf, type KeyWithSecret, MAX_LIFETIME_MS, nameInput, rangesInput } from './api-key.ts';
import { t } from './i18n.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function NewKey() {
  const { reads, go } = useConsole();
  const { choices } = useResourceChoices();
  const [created, setCreated] = useState<KeyWithSecret>();
  const [isProtectimus, setProtectimus] = useState(false);
  const back = { href: API_KEYS, label: t('title') };
  if (created) {
    return (
      <>
        <PageHead title={t('made', { name: created.key.name })} back={back} />
        <RevealOnce
          secret={created.text}
          what={created.key.name}
          onDone={() => go(`${API_KEYS}/${created.key.id}`, true)}
        />
      </>
    );
  }
  return (
    <>
      <PageHead
        title={t('newKey')}
        lead={t(isProtectimus ? 'protectimusLead' : 'newLead')}
        back={back}
        actions={
          <button type="button" class="secondary" onClick={() => setProtectimus(!isProtectimus)}>
            {t(isProtectimus ? 'ordinary' : 'protectimus')}
          </button>
        }
      />
      <CreateForm<KeyWithSecret>
        key={isProtectimus ? 'protectimus' : 'bearer'}
        path="api-keys"
        inputs={[...(isProtectimus ? [nameInput(), rangesInput(t('rangesHint'))] : inputsOf(choices)), lifetime()]}
        initial={
          isProtectimus
            ? { name: '', addressRanges: [], lifetimeMs: 365 * DAY_MS }
            : { name: '', scopes: ['authenticate'], resources: null, lifetimeMs: 365 * DAY_MS }
        }
        bodyOf={isProtectimus ? protectimusBody : bearerBody}
        button={t('make')}
        onCreated={({ body }) => {
          reads.changed('api-keys', 'checklist');
          setCreated(body);
        }}
        onCancel={() => go(API_KEYS)}
      />
    </>
  );
}

function lifetime(): Input {
  return {
    name: 'lifetimeMs',
    kind: 'duration',
    min: MINUTE_MS,
    max: MAX_LIFETIME_MS,
    label: t('lifetime'),
    hint: t('lifetimeHint'),
  };
}

function bearerBody({ resources, ...rest }: Fields): Fields {
  return { ...rest, ...(resources !== null && { resources }) };
}

/** The key belongs to the administrator who creates it, so no owner is sent. */
function protectimusBody({ addressRanges, ...rest }: Fields): Fields {
  const ranges = Array.isArray(addressRanges) ? addressRanges : [];
  return { ...rest, kind: 'protectimus', ...(ranges.length > 0 && { addressRanges: ranges }) };
}
