import type { PasskeyAssertion, PasskeyAttestation } from '@countersign/protocol/passkey';
import { z } from '@hono/zod-openapi';

/**
 * The fields of a browser's passkey response, within bounds. The frame drops every other field (`rawId`, `type`,
 * extensions, future ones).
 */

/** Base64url of at most that many bytes. */
function bytes(max: number, description: string) {
  return z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'base64url')
    .max(Math.ceil((max * 4) / 3))
    .openapi({ description, example: 'Zk3xQ8vJ0pLr5sTn2wYb7cHdMfGaEuIo' });
}

/** A credential id has at most 1023 bytes (WebAuthn level 3, section 4). */
const credentialId = bytes(1023, 'The id of the credential, base64url.');
const clientDataJSON = bytes(4096, 'As the browser returns it, base64url.');

export const assertion: z.ZodType<PasskeyAssertion> = z.strictObject({
  id: credentialId,
  response: z
    .strictObject({
      clientDataJSON,
      authenticatorData: bytes(4096, 'What the device signed, base64url.'),
      signature: bytes(1024, 'The signature, base64url.'),
      userHandle: bytes(64, 'Whose passkey it is, as the device stores it, base64url.').optional(),
    })
    .openapi({ description: 'The answer of the device.' }),
});

export const attestation: z.ZodType<PasskeyAttestation> = z.strictObject({
  id: credentialId,
  response: z
    .strictObject({
      clientDataJSON,
      attestationObject: bytes(16_384, 'The new credential, base64url.'),
      transports: z
        .array(z.string().regex(/^[a-z-]{1,32}$/))
        .max(8)
        .optional()
        .openapi({ description: 'How a browser reaches the device.', example: ['internal'] }),
    })
    .openapi({ description: 'The answer of the device.' }),
  clientExtensionResults: z
    .strictObject({
      credProps: z
        .strictObject({ rk: z.boolean().optional().openapi({ description: 'Whether the device keeps it.' }) })
        .optional()
        .openapi({ description: 'Properties of the credential.' }),
    })
    .optional()
    .openapi({ description: 'What the browser tells beyond that.' }),
});
