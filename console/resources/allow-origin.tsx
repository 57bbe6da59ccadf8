import { Alert } from '@countersign/ui/alert.tsx';
import { useState } from 'preact/hooks';
import { type Answer, ifMatch } from '../service/client.ts';
import { canActOn, useConsole } from '../shell/context.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { t } from './i18n.ts';
import type { Resource, TabProps } from './resource.ts';

/** A button that adds an origin to the resource's list. The change can be undone. */
export function AllowOrigin({ resource, version, origin }: TabProps & { origin: string }) {
  const { client, reads, session, texts, notify } = useConsole();
  const [refused, setRefused] = useState<Exclude<Answer, { kind: 'done' }>>();
  const path = `resources/${resource.id}`;
  const allow = async () => {
    const allowedOrigins = [...resource.allowedOrigins, origin];
    const answer = await client.send<Resource>('PATCH', path, { allowedOrigins }, ifMatch(version));
    if (answer.kind !== 'done') {
      reads.again(path);
      return setRefused(answer);
    }
    reads.changed('resources', 'checklist');
    reads.put(path, answer.body, answer.version);
    const { allowedOrigins: before } = resource;
    const undo = async () => {
      const back = await client.send<Resource>('PATCH', path, { allowedOrigins: before }, ifMatch(answer.version));
      if (back.kind !== 'done') return refusalMessage(texts, back);
      reads.put(path, back.body, back.version);
      return undefined;
    };
    notify({ text: t('allowedHere', { origin }), undo });
  };
  if (!canActOn(session, resource.id)) return <p class="hint">{t('needsOriginNot')}</p>;
  return (
    <>
      <p class="hint">{t('needsOriginMay')}</p>
      <Alert>{refused && refusalMessage(texts, refused)}</Alert>
      <button type="button" class="secondary" onClick={allow}>
        {t('allowHere', { origin })}
      </button>
    </>
  );
}
