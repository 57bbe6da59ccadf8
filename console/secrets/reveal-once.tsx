import { useLayoutEffect, useRef } from 'preact/hooks';
import { Snippet } from '../parts/copy.tsx';
import { useConsole } from '../shell/context.ts';
import { useLeaveWarning } from '../shell/use-leave-warning.ts';
import { t } from './i18n.ts';

export interface RevealOnceProps {
  secret: string;
  what: string;
  onDone(): void;
}

/** A new secret. Only this page's memory holds it, and only while it is shown. */
export function RevealOnce({ secret, what, onDone }: RevealOnceProps) {
  const { texts } = useConsole();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  useLeaveWarning(() => true);
  return (
    <section class="panel once" aria-labelledby="once">
      <h2 id="once" ref={heading} tabIndex={-1}>
        {t('once')}
      </h2>
      <p class="hint">{t('onceText')}</p>
      <Snippet texts={texts} text={secret} what={what} />
      <div class="dialog-actions start">
        <button type="button" class="small-primary" onClick={onDone}>
          {t('haveIt')}
        </button>
      </div>
    </section>
  );
}
