import { Seal } from '@countersign/ui/icons.tsx';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';

export interface CardProps {
  texts: Texts;
  title: string;
  children: ComponentChildren;
  /** Whether a new title takes the focus: true after the user navigated. */
  isNext?: boolean;
  isWide?: boolean;
}

/** The layout before sign-in: one card in the middle. */
export function Card({ texts, title, children, isNext = false, isWide = false }: CardProps) {
  return (
    <main class={isWide ? 'alone wide' : 'alone'}>
      <section class="card">
        <header>
          <Seal />
          <div>
            <p class="name">Countersign</p>
            <p class="part">{texts('administration')}</p>
          </div>
        </header>
        <Title isNext={isNext}>{title}</Title>
        {children}
      </section>
    </main>
  );
}

/** A page's heading. It takes the focus on a new page, so that screen readers read it and the keyboard starts here. */
export function Title({ isNext, children }: { isNext: boolean; children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const lastTitle = useRef<string | undefined>(undefined);
  // Before the browser paints: later, it could take the focus from a field that the user has already chosen.
  useLayoutEffect(() => {
    if (lastTitle.current === children) return;
    lastTitle.current = children;
    document.title = `${children} – Countersign`;
    if (isNext) heading.current?.focus();
  });
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

export interface MessageProps extends Omit<CardProps, 'children'> {
  text: string;
  action?: { label: string; run: () => void };
}

/** A page with a message and one action. */
export function Message({ text, action, ...card }: MessageProps) {
  return (
    <Card {...card}>
      <p class="lead" role="status">
        {text}
      </p>
      {action && (
        <div class="actions">
          <button type="button" class="primary" onClick={action.run}>
            {action.label}
          </button>
        </div>
      )}
    </Card>
  );
}

export function Loading({ texts }: { texts: Texts }) {
  return (
    <main class="alone">
      <div class="loading" role="status" aria-label={texts('loading')}>
        <span class="spinner" />
      </div>
    </main>
  );
}
