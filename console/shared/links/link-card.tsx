import { useLayoutEffect, useRef } from 'preact/hooks';
import { Snippet } from '../../parts/copy.tsx';
import { absoluteText } from '../../parts/time.ts';
import { useConsole } from '../../shell/context.ts';
import { useLeaveWarning } from '../../shell/use-leave-warning.ts';
import { t } from '../i18n.ts';

export interface HandedLink {
  link: string;
  expiresAt: number;
}

/** A link to hand over. Only this page's memory holds it, and only while it is shown. */
export function LinkCard({ link, expiresAt, login, onDone }: HandedLink & { login: string; onDone(): void }) {
  const { texts } = useConsole();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  useLeaveWarning(() => true);
  return (
    <section class="panel once" aria-labelledby="link-card">
      <h2 id="link-card" ref={heading} tabIndex={-1}>
        {t('linkTitle', { login })}
      </h2>
      <p class="hint">{t('linkText', { login })}</p>
      <Snippet texts={texts} text={link} what={t('linkWhat')} />
      <p class="hint">{t('linkUntil', { until: absoluteText(texts.lang, expiresAt) })}</p>
      <div class="dialog-actions start">
        <button type="button" class="small-primary" onClick={onDone}>
          {t('linkDone')}
        </button>
      </div>
    </section>
  );
}
