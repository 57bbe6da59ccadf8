import { z } from '@hono/zod-openapi';
import { ENVIRONMENT_ACTIONS } from './device-fingerprint/environment-check.ts';
import { DEFAULT_WEIGHTS, type TraitWeights } from './device-fingerprint/match.ts';

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

const check = {
  action: z.enum(ENVIRONMENT_ACTIONS).openapi({
    description:
      'What happens if the browser differs. `demand-otp`: a one-time password is required, and users without a token are refused. `refuse`: the user is refused.',
  }),
  threshold: z
    .int()
    .min(1)
    .max(100)
    .openapi({ description: 'A browser that matches less, in percent, differs.', example: 60 }),
};
const weight = (trait: keyof TraitWeights, of: string) =>
  z
    .int()
    .min(0)
    .max(100)
    .openapi({ description: `Weight of ${of}.`, example: DEFAULT_WEIGHTS[trait] });
const weights = z
  .strictObject({
    language: weight('language', 'the language'),
    zone: weight('zone', 'the time zone'),
    platform: weight('platform', 'the operating system'),
    screen: weight('screen', 'the screen'),
    colourDepth: weight('colourDepth', 'the colour depth'),
    browser: weight('browser', 'the family of the browser'),
  })
  .openapi({ description: 'How much each signal counts.' });
const chosen = weights
  .partial()
  .transform((some) => ({ ...DEFAULT_WEIGHTS, ...(some as Partial<TraitWeights>) }))
  .refine((all) => Object.values(all).some((one) => one > 0), 'at least one that counts')
  .openapi({ description: 'How much each signal counts. A missing one has its default weight.' });

/** A resource's setting in a request. */
export const environmentCheck = z
  .strictObject({ ...check, weights: chosen.default({ ...DEFAULT_WEIGHTS }) })
  .openapi('EnvironmentCheckInput', { description: 'How browsers are compared with the known browsers of a user.' });

/** A resource's setting in a response. */
export const shownEnvironmentCheck = z
  .object({ ...check, weights })
  .openapi('EnvironmentCheck', { description: 'How browsers are compared with the known browsers of a user.' });
