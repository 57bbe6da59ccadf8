/** Style of a part that is loaded later, put on by the nonce that the page's own has (decision 0147). Once is enough. */
export function injectStyle(css: string): void {
  if (css === '' || injected.has(css)) return;
  injected.add(css);
  const style = document.createElement('style');
  style.nonce = document.querySelector<HTMLLinkElement>('link[rel=stylesheet]')?.nonce ?? '';
  style.textContent = css;
  document.head.append(style);
}

const injected = new Set<string>();
