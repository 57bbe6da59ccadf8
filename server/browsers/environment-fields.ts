import { z } from '@hono/zod-openapi';
import { ENVIRONMENT_ACTIONS } from './device-fingerprint/environment-check.ts';
import { DEFAULT_WEIGHTS, type TraitWeights } from './device-fingerprint/match.ts';

const traits = {
  language: z.string().max(200).optional().openapi({ example: 'en-GB' }),
  zone: z.string().max(200).optional().openapi({ example: 'Europe/London' }),
  screen: z
    .strictObject({ width: z.number(), height: z.number() })
    .optional()
    .openapi({ description: 'In pixels, either way round.' }),
  colourDepth: z.number().optional().openapi({ example: 24 }),
};

/** What the frame says of its browser. */
export const browserTraits = z.strictObject(traits);

/** What a host's backend says of a browser. What is not of the expected shape is as if it had not been said. */
export const environment = z
  .strictObject({
    ...traits,
    userAgent: z
      .string()
      .max(1000)
      .optional()
      .openapi({ description: 'Only the families of browser and system are taken from it. It is not kept.' }),
  })
  .openapi('Environment');

const check = {
  action: z.enum(ENVIRONMENT_ACTIONS).openapi({
    description:
      '`demand-otp`: a one-time password is asked for, whatever else would let the person off it; without a token they are refused. `refuse`: they are refused.',
  }),
  threshold: z.int().min(1).max(100).openapi({ description: 'A browser that matches less, in percent, differs.' }),
};
const weight = z.int().min(0).max(100);
const weights = z.strictObject({
  language: weight,
  zone: weight,
  platform: weight,
  screen: weight,
  colourDepth: weight,
  browser: weight,
});
const chosen = weights
  .partial()
  .transform((some) => ({ ...DEFAULT_WEIGHTS, ...(some as Partial<TraitWeights>) }))
  .refine((all) => Object.values(all).some((one) => one > 0), 'at least one that counts')
  .openapi({ description: 'How much each trait counts. One that is not named counts as usual.' });

/** A resource's setting, as it is made. */
export const environmentCheck = z
  .strictObject({ ...check, weights: chosen.default({ ...DEFAULT_WEIGHTS }) })
  .openapi('EnvironmentCheckInput');

/** And as it is shown. */
export const shownEnvironmentCheck = z.object({ ...check, weights }).openapi('EnvironmentCheck');
