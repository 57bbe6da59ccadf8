import { useLayoutEffect, useRef } from 'preact/hooks';
import { Snippet } from '../parts/copy.tsx';
import { useConsole } from '../shell/context.ts';
import { useLeaveWarning } from '../shell/use-leave-warning.ts';
import { t } from './i18n.ts';

/** Link and code of an invitation that could not be sent by email. */
export function HandOver({ link, code, onDone }: { link: string; code: string; onDone(): void }) {
  const { texts } = useConsole();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  useLeaveWarning(() => true);
  return (
    <section class="panel once" aria-labelledby="hand-over">
      <h2 id="hand-over" ref={heading} tabIndex={-1}>
        {t('handOver')}
      </h2>
      <p class="hint">{t('handOverText')}</p>
      <h3>{t('link')}</h3>
      <Snippet texts={texts} text={link} what={t('link')} />
      <h3>{t('code')}</h3>
      <Snippet texts={texts} text={code} what={t('code')} />
      <div class="dialog-actions start">
        <button type="button" class="small-primary" onClick={onDone}>
          {t('handedOver')}
        </button>
      </div>
    </section>
  );
}
