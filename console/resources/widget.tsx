import { useEffect, useRef, useState } from 'preact/hooks';
import { mountWidget } from '../../widget/loader/mount.ts';
import type { LiveOptions, WidgetHandle } from '../../widget/loader/options.ts';
import { mayActOn, useInside } from '../inside/context.ts';
import { refusalInWords } from '../inside/refusal.ts';
import { Alert } from '../parts/field.tsx';
import { type Answer, ifMatch } from '../service/client.ts';
import { allows, type Resource, type TabProps } from './resource.ts';
import { words } from './words.ts';

/** How it looks, as a page says it. */
export type Look = Pick<LiveOptions, 'theme' | 'locale' | 'variables'>;

/** As a backend makes it: 192 random bits. */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

export interface WidgetProps {
  resource: string;
  nonce: string;
  look: Look;
  onSuccess?(success: { result: string }): void;
  onError?(error: { code: string; message: string }): void;
}

/** The sign-in itself, as people see it. */
export function Widget({ resource, nonce, look, ...callbacks }: WidgetProps) {
  const target = useRef<HTMLDivElement>(null);
  const handle = useRef<WidgetHandle | undefined>(undefined);
  const [isLost, setLost] = useState(false);
  const latest = useRef({ look, callbacks });
  latest.current = { look, callbacks };
  useEffect(() => {
    if (!target.current) return;
    const mounted = mountWidget(
      target.current,
      {
        resource,
        nonce,
        ...latest.current.look,
        service: location.origin,
        onSuccess: (success) => latest.current.callbacks.onSuccess?.(success),
        onError: (error) => latest.current.callbacks.onError?.(error),
        onLoaderror: () => setLost(true),
      },
      undefined,
    );
    handle.current = mounted;
    return () => mounted.destroy();
  }, [resource, nonce]);
  useEffect(() => handle.current?.update(look), [look]);
  return (
    <>
      <div ref={target} class="widget" />
      <Alert>{isLost && words('widgetLost')}</Alert>
    </>
  );
}

/** Shown in place of the widget where the resource does not let this page show it; undefined where it does. */
export function useNeedsOrigin({ resource, version }: TabProps) {
  return allows(resource, location.origin) ? undefined : <NeedsOrigin resource={resource} version={version} />;
}

function NeedsOrigin({ resource, version }: TabProps) {
  const { client, reads, session, texts, notify } = useInside();
  const [refused, setRefused] = useState<Exclude<Answer, { kind: 'done' }>>();
  const path = `resources/${resource.id}`;
  const { origin } = location;
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
      if (back.kind !== 'done') return refusalInWords(texts, back);
      reads.put(path, back.body, back.version);
      return undefined;
    };
    notify({ text: words('allowedHere', origin), undo });
  };
  return (
    <div class="needs-origin">
      <p>{words('needsOrigin')}</p>
      {mayActOn(session, resource.id) ? (
        <>
          <p class="hint">{words('needsOriginMay')}</p>
          <Alert>{refused && refusalInWords(texts, refused)}</Alert>
          <button type="button" class="secondary" onClick={allow}>
            {words('allowHere', origin)}
          </button>
        </>
      ) : (
        <p class="hint">{words('needsOriginNot')}</p>
      )}
    </div>
  );
}
