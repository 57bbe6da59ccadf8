import { Alert } from '@countersign/ui/alert.tsx';
import { mountWidget } from '@countersign/widget/loader/mount';
import type { LiveOptions, WidgetHandle } from '@countersign/widget/loader/options';
import { useEffect, useRef, useState } from 'preact/hooks';
import { AllowOrigin } from './allow-origin.tsx';
import { t } from './i18n.ts';
import { allows, type TabProps } from './resource.ts';

/** The look, as a page would set it. */
export type Look = Pick<LiveOptions, 'theme' | 'locale' | 'variables'>;

/** A nonce of 192 random bits, as a backend would create it. */
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

/** The sign-in as users see it. */
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
    handle.current = mounted ?? undefined;
    return () => mounted?.destroy();
  }, [resource, nonce]);
  useEffect(() => handle.current?.update(look), [look]);
  return (
    <>
      <div ref={target} class="widget" />
      <Alert>{isLost && t('widgetLost')}</Alert>
    </>
  );
}

/** Replaces the widget if the resource does not allow this page's origin; otherwise undefined. */
export function useNeedsOrigin({ resource, version }: TabProps) {
  return allows(resource, location.origin) ? undefined : <NeedsOrigin resource={resource} version={version} />;
}

function NeedsOrigin({ resource, version }: TabProps) {
  return (
    <div class="needs-origin">
      <p>{t('needsOrigin')}</p>
      <AllowOrigin resource={resource} version={version} origin={location.origin} />
    </div>
  );
}
