import type { ComponentChildren } from 'preact';
import { useConsole } from './context.ts';

export interface LinkProps {
  href: string;
  class?: string;
  'aria-current'?: 'page' | 'true' | undefined;
  /** The single-key shortcut that follows the link. */
  'data-key'?: string;
  children: ComponentChildren;
}

/** A link within the signed-in console, followed without reloading the page. */
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

/** True for a plain click: the browser handles clicks that open another tab or window. */
function isPlainClick(event: MouseEvent): boolean {
  return !(event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}
