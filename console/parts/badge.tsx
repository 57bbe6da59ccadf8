import type { ComponentChildren } from 'preact';

export type Tone = 'good' | 'bad' | 'warn' | 'plain';

/** A state in a word or two. The colour adds nothing to the word. */
export function Badge({ tone, title, children }: { tone: Tone; title?: string; children: ComponentChildren }) {
  return (
    <span class={`state ${tone}`} title={title}>
      {children}
    </span>
  );
}
