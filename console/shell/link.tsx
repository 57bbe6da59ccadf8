import type { ComponentChildren } from 'preact';
import { useConsole } from './context.ts';

export interface LinkProps {
  href: string;
  class?: string;
  'aria-current'?: 'page' | 'true' | undefined;
  /** The single key that follows it. */
  'data-key'?: string;
  children: ComponentChildren;
}

/** A link to another address behind the door, followed without loading the page anew. */
export function Link({ href, children, ...rest }: LinkProps) {
  const { go } = useConsole();
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        go(href);
      }}
    >
      {children}
    </a>
  );
}

/** Other tabs and windows are the browser's business. */
export function isPlainClick(event: MouseEvent): boolean {
  return !(event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}
