/** Adds the style of a lazily loaded part once, with the nonce of the page's own style. */
export function injectStyle(css: string): void {
  if (css === '' || injected.has(css)) return;
  injected.add(css);
  const style = document.createElement('style');
  style.nonce = document.querySelector<HTMLLinkElement>('link[rel=stylesheet]')?.nonce ?? '';
  style.textContent = css;
  document.head.append(style);
}

const injected = new Set<string>();
