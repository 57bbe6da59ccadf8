export { createFakeVerifier } from './fake-verifier.ts';
export { createTestIssuer, type TestClaims, type TestIssuer, type TestIssuerOptions } from './test-issuer.ts';
