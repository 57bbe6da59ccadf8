import { useLayoutEffect, useRef } from 'preact/hooks';
import { Snippet } from '../parts/copy.tsx';
import { useConsole } from '../shell/context.ts';
import { useLeaveWarning } from '../shell/use-leave-warning.ts';
import { words } from './words.ts';

/** Link and code of an invitation that no mail could carry. */
export function HandOver({ link, code, onDone }: { link: string; code: string; onDone(): void }) {
  const { texts } = useConsole();
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  useLeaveWarning(() => true);
  return (
    <section class="panel once" aria-labelledby="hand-over">
      <h2 id="hand-over" ref={heading} tabIndex={-1}>
        {words('handOver')}
      </h2>
      <p class="hint">{words('handOverText')}</p>
      <h3>{words('link')}</h3>
      <Snippet texts={texts} text={link} what={words('link')} />
      <h3>{words('code')}</h3>
      <Snippet texts={texts} text={code} what={words('code')} />
      <div class="dialog-actions start">
        <button type="button" class="small-primary" onClick={onDone}>
          {words('handedOver')}
        </button>
      </div>
    </section>
  );
}
