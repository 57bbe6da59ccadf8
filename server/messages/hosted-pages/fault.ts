import type { Context } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import { onError, RequestRefusal, refuse } from '../../http/problem.ts';
import { paragraphs, showPage } from './pages.ts';
import { pageLanguage, readPageTexts } from './texts.ts';

/** An outage, as a page. Log and status are those of every fault; the text is for users. It reads nothing. */
export async function showFault(c: Context<AppEnv>, error: Error): Promise<Response> {
  const problem = await onError(error, c);
  if (error instanceof RequestRefusal) return problem;
  const retryAfter = problem.headers.get('retry-after');
  if (retryAfter !== null) c.header('retry-after', retryAfter);
  const status = problem.status === 503 ? 503 : 500;
  return showText(c, 'busyTitle', 'busyText', status);
}

/** A wrong address: a page for a browser that goes there, a problem for everything else. */
export function showUnknownAddress(c: Context<AppEnv>): Response | Promise<Response> {
  const isVisit = c.req.header('sec-fetch-mode') === 'navigate' || /\btext\/html\b/.test(c.req.header('accept') ?? '');
  if (!isVisit) return refuse(c, 'NOT_FOUND');
  c.set('refusal', 'NOT_FOUND');
  return showText(c, 'unknownTitle', 'unknownText', 404);
}

function showText(
  c: Context<AppEnv>,
  title: 'busyTitle' | 'unknownTitle',
  text: 'busyText' | 'unknownText',
  status: 404 | 500 | 503,
): Promise<Response> {
  // The page answers what the address asks, so a repeated parameter counts for nothing.
  const language = pageLanguage(c.req.query('lang'), c.req.header('accept-language'));
  return showPage(c, { language, title, body: paragraphs(readPageTexts({ language })(text)), status });
}
