import { z } from '@hono/zod-openapi';
import { MAX_REDIRECT_URI_LENGTH } from './redirect-uris.ts';

const addresses = z.array(z.string().max(MAX_REDIRECT_URI_LENGTH)).max(20);

/** Where the hosted page leads back to. */
export const redirectUriFields = {
  redirectUris: addresses.openapi({
    description:
      'Where the hosted sign-in page can post results: exact URLs, https (or http on localhost), without a fragment.',
    example: ['https://shop.example/signed-in'],
  }),
  appRedirectUris: addresses.openapi({
    description:
      'Where the hosted sign-in page can lead back to native apps, which may then ask for sign-ins themselves: `com.example.shop:/…`, `http://127.0.0.1/…` or `http://[::1]/…` for any port, or https; without a query.',
    example: ['com.example.shop:/signed-in'],
  }),
};
