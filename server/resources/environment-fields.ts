import { ENVIRONMENT_ACTIONS } from '@countersign/protocol/resources';
import { z } from '@hono/zod-openapi';
import { DEFAULT_WEIGHTS, type TraitWeights } from './environment-check.ts';

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
export const environmentCheckView = z
  .object({ ...check, weights })
  .openapi('EnvironmentCheck', { description: 'How browsers are compared with the known browsers of a user.' });
