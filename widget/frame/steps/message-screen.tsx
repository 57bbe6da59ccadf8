import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface MessageScreenProps {
  title: string;
  text: string;
  /** Whether the person came here from a step, so that the focus goes along and the title is read. */
  isNext: boolean;
  mark?: ComponentChildren;
  action?: { label: string; run: () => void } | undefined;
}

/** The screens that say something instead of asking. */
export function MessageScreen({ title, text, isNext, mark, action }: MessageScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const arrived = useRef(isNext);
  useLayoutEffect(() => {
    if (arrived.current) heading.current?.focus();
  }, []);
  return (
    <section class="message">
      {mark}
      <div role="status">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{text}</p>
      </div>
      {action && (
        <button type="button" class="primary" onClick={action.run}>
          {action.label}
        </button>
      )}
    </section>
  );
}
