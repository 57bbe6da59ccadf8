import { z } from '@hono/zod-openapi';
import { counter, pin, record, secret } from '../../input-fields.ts';
import { enrolSuite } from './enrol-suite.ts';

const suite = z
  .string()
  .max(100)
  .transform((text, context) => {
    const enrolled = enrolSuite(text);
    if (enrolled.kind === 'suite') return enrolled.suite;
    context.addIssue({ code: 'custom', message: `not a supported suite: ${enrolled.reason}` });
    return z.NEVER;
  })
  .openapi({
    type: 'string',
    description: 'The suite of RFC 6287 that the device uses. It includes the number of digits.',
    example: 'OCRA-1:HOTP-SHA256-8:QN08-T1M',
  });
export const ocraInput = z
  .strictObject({
    ...record,
    kind: z.literal('ocra').openapi({ description: 'The kind of the token.' }),
    suite,
    counter: counter.openapi({ description: 'Suites with a counter: the next one.', example: 0 }),
    secret: secret.optional(),
    pin: pin.optional(),
    suitePin: z
      .string()
      .regex(/^[0-9]{4,16}$/, '4 to 16 digits')
      .optional()
      .openapi({ description: 'Suites with a PIN: the one that the owner types into the device.', example: '4711' }),
  })
  .openapi('OcraTokenInput', { description: 'A challenge-response device (OCRA).' });
