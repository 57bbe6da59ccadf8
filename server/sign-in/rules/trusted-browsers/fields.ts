import { z } from '@hono/zod-openapi';
import { MAX_SHOWN_SECRETS } from './trusted-browser.ts';

/** What the frame sends with the password: the secrets of trusted browsers. */
export const shownBrowsers = {
  browsers: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{32}$/))
    .max(MAX_SHOWN_SECRETS)
    .optional(),
};

/** What it sends with the second factor: the user's wish to trust the browser. */
export const trustWish = { trust: z.literal(true).optional() };
