import { useEffect, useState } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';

export interface CopyProps {
  texts: Texts;
  text: string;
  /** Names the copied text for screen readers, which read only the button's name. */
  what: string;
}

/** A button that copies a text and reports whether it worked. */
export function Copy({ texts, text, what }: CopyProps) {
  const [outcome, setOutcome] = useState<'copied' | 'copyFailed'>();
  useEffect(() => {
    if (outcome !== 'copied') return;
    const timer = setTimeout(() => setOutcome(undefined), 4_000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      setOutcome('copyFailed');
    }
  };
  return (
    <>
      <button type="button" class="secondary" onClick={copy} aria-label={`${texts('copy')}: ${what}`}>
        {texts(outcome === 'copied' ? 'copied' : 'copy')}
      </button>
      <span class={outcome === 'copyFailed' ? 'error' : 'unseen'} role="status">
        {outcome && texts(outcome)}
      </span>
    </>
  );
}

/** A text to copy unchanged. */
export function Snippet(props: CopyProps) {
  return (
    <div class="snippet">
      <pre>
        <code>{props.text}</code>
      </pre>
      <Copy {...props} />
    </div>
  );
}
