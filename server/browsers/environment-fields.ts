import { z } from '@hono/zod-openapi';

const traits = {
  language: z.string().max(200).optional().openapi({ description: 'The language of the browser.', example: 'en-GB' }),
  zone: z.string().max(200).optional().openapi({ description: 'The time zone.', example: 'Europe/London' }),
  screen: z
    .strictObject({
      width: z.number().openapi({ description: 'The width in pixels.', example: 1920 }),
      height: z.number().openapi({ description: 'The height in pixels.', example: 1080 }),
    })
    .optional()
    .openapi({ description: 'The screen. A rotated screen is the same.' }),
  colourDepth: z.number().optional().openapi({ description: 'The colour depth in bits.', example: 24 }),
};

/** The traits that the frame reports of its browser. */
export const browserTraits = z.strictObject(traits);

/** What a site's backend reports of a browser. */
export const environment = z
  .strictObject({
    ...traits,
    userAgent: z.string().max(1000).optional().openapi({
      description: 'Only the families of browser and system are taken from it. It is not stored.',
      example: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    }),
  })
  .openapi('Environment', { description: 'Signals of a browser.' });
