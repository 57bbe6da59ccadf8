import type { PasskeyAssertion, PasskeyAttestation } from '@countersign/protocol/passkey';
import { z } from '@hono/zod-openapi';

/**
 * The fields of a browser's passkey response, within bounds. The frame drops every other field (`rawId`, `type`,
 * extensions, future ones).
 */

/** Base64url of at most that many bytes. */
function bytes(max: number) {
  return z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'base64url')
    .max(Math.ceil((max * 4) / 3));
}

/** A credential id has at most 1023 bytes (WebAuthn level 3, section 4). */
const credentialId = bytes(1023);
const clientDataJSON = bytes(4096);

export const assertion: z.ZodType<PasskeyAssertion> = z.strictObject({
  id: credentialId,
  response: z.strictObject({
    clientDataJSON,
    authenticatorData: bytes(4096),
    signature: bytes(1024),
    userHandle: bytes(64).optional(),
  }),
});

export const attestation: z.ZodType<PasskeyAttestation> = z.strictObject({
  id: credentialId,
  response: z.strictObject({
    clientDataJSON,
    attestationObject: bytes(16_384),
    transports: z
      .array(z.string().regex(/^[a-z-]{1,32}$/))
      .max(8)
      .optional(),
  }),
  clientExtensionResults: z
    .strictObject({ credProps: z.strictObject({ rk: z.boolean().optional() }).optional() })
    .optional(),
});
