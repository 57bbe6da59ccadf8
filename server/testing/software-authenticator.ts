import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { PasskeyAssertion, PasskeyAttestation } from '@countersign/protocol/passkey';
import { isoCBOR } from '@simplewebauthn/server/helpers';

export type KeyKind = 'ES256' | 'EdDSA' | 'RS256';

/** The browser's part of a ceremony. */
export interface Ceremony {
  challenge: string;
  rpId: string;
  origin: string;
  /** Omitted from the client data if undefined, as some browsers do. */
  crossOrigin?: boolean | undefined;
  topOrigin?: string | undefined;
}

/** Deviations from the standard; everything is signed all the same, as by a malicious device. */
export interface Tampering {
  clientData?: Record<string, unknown>;
  /** Of the authenticator data: present 1, verified 4, backup eligible 8, backed up 16. */
  flags?: number;
  signCount?: number;
  userHandle?: string | undefined;
  /** A statement about its maker, which nothing asked for. */
  statement?: { format: string; content: Map<string, unknown> };
}

const [PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED] = [1, 4, 8, 16, 64];
/** Of an authenticator that does not identify its model. */
const NO_AAGUID = '00000000-0000-0000-0000-000000000000';

/**
 * An authenticator and the browser in front of it, in software: real keys, real signatures (WebAuthn level 3, section
 * 6).
 */
export class SoftwareAuthenticator {
  readonly id = randomBytes(32).toString('base64url');
  readonly privateKey: KeyObject;
  readonly #cose: Map<number, number | Uint8Array>;
  readonly #hash: string | undefined;
  /** Of the user it was registered for. */
  userHandle: string | undefined;
  signCount: number;
  /** Its capabilities: synced between devices or not, able to verify its user or not. */
  readonly synced: boolean;
  readonly verifies: boolean;
  readonly transport: 'internal' | 'usb';
  /** The model or the password manager, as it claims. */
  readonly aaguid: string;

  constructor({
    kind = 'ES256' as KeyKind,
    signCount = 1,
    synced = false,
    verifies = true,
    transport = 'internal' as 'internal' | 'usb',
    aaguid = NO_AAGUID,
    /** Registered in place of these parts of the device's own key (COSE labels). */
    parts = [] as [label: number, value: Uint8Array][],
  } = {}) {
    const { privateKey, cose } = makeKey(kind);
    this.privateKey = privateKey;
    this.#cose = new Map([...cose, ...parts]);
    this.#hash = kind === 'EdDSA' ? undefined : 'sha256';
    this.signCount = signCount;
    this.synced = synced;
    this.verifies = verifies;
    this.transport = transport;
    this.aaguid = aaguid;
  }

  /** Registers a credential for the user with that handle. */
  create(ceremony: Ceremony & { userHandle: string }, tampering: Tampering = {}): PasskeyAttestation {
    this.userHandle = ceremony.userHandle;
    const id = Buffer.from(this.id, 'base64url');
    const length = Buffer.from([id.length >> 8, id.length & 255]);
    const key = Buffer.from(isoCBOR.encode(this.#cose));
    const aaguid = Buffer.from(this.aaguid.replaceAll('-', ''), 'hex');
    const authData = Buffer.concat([this.#authData(ceremony.rpId, tampering, ATTESTED), aaguid, length, id, key]);
    const attestation = new Map<string, unknown>([
      ['fmt', tampering.statement?.format ?? 'none'],
      ['attStmt', tampering.statement?.content ?? new Map()],
      ['authData', new Uint8Array(authData)],
    ]);
    return {
      id: this.id,
      response: {
        clientDataJSON: clientData('webauthn.create', ceremony, tampering),
        attestationObject: Buffer.from(isoCBOR.encode(attestation as never)).toString('base64url'),
        transports: [this.transport],
      },
      clientExtensionResults: { credProps: { rk: true } },
    };
  }

  /** Signs in. The counter, if there is one, increases each time. */
  get(ceremony: Ceremony, tampering: Tampering = {}): PasskeyAssertion {
    if (this.signCount > 0) this.signCount += 1;
    const authenticatorData = this.#authData(ceremony.rpId, tampering);
    const clientDataJSON = clientData('webauthn.get', ceremony, tampering);
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest();
    const signature = sign(this.#hash, Buffer.concat([authenticatorData, hash]), this.privateKey);
    const userHandle = 'userHandle' in tampering ? tampering.userHandle : this.userHandle;
    return {
      id: this.id,
      response: {
        clientDataJSON,
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
        ...omitUndefined({ userHandle }),
      },
    };
  }

  #authData(rpId: string, { flags, signCount = this.signCount }: Tampering, more = 0): Buffer {
    const own = PRESENT | (this.verifies ? VERIFIED : 0) | (this.synced ? ELIGIBLE | BACKED_UP : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(signCount);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([(flags ?? own) | more]), counter]);
  }
}

function clientData(type: string, ceremony: Ceremony, tampering: Tampering): string {
  const { challenge, origin, crossOrigin, topOrigin } = ceremony;
  const data = { type, challenge, origin, crossOrigin, topOrigin, ...tampering.clientData };
  return Buffer.from(JSON.stringify(data)).toString('base64url');
}

/** With the public key in COSE (RFC 9053 sections 2 and 7, RFC 8230 section 4). */
function makeKey(kind: KeyKind): { privateKey: KeyObject; cose: Map<number, number | Uint8Array> } {
  const bytes = (text: string | undefined) => new Uint8Array(Buffer.from(text ?? '', 'base64url'));
  if (kind === 'RS256') {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { n, e } = publicKey.export({ format: 'jwk' });
    return {
      privateKey,
      cose: new Map<number, number | Uint8Array>([
        [1, 3],
        [3, -257],
        [-1, bytes(n)],
        [-2, bytes(e)],
      ]),
    };
  }
  if (kind === 'EdDSA') {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { x } = publicKey.export({ format: 'jwk' });
    return {
      privateKey,
      cose: new Map<number, number | Uint8Array>([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, bytes(x)],
      ]),
    };
  }
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' });
  const point: [number, number | Uint8Array][] = [
    [-1, 1],
    [-2, bytes(x)],
    [-3, bytes(y)],
  ];
  return { privateKey, cose: new Map<number, number | Uint8Array>([[1, 2], [3, -7], ...point]) };
}
