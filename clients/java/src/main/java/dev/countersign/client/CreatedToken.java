package dev.countersign.client;

import java.util.List;

/**
 * A new token, and what is shown of it this once and never again.
 *
 * @param token the token
 * @param secret of {@code totp}, {@code hotp} and {@code ocra}, in base32; else null
 * @param otpauthUri of {@code totp} and {@code hotp}: the same for authenticator apps, usually shown as a QR code;
 *     else null
 * @param recoveryCodes of {@code recovery}: ten, each good for once; else empty
 */
public record CreatedToken(Token token, String secret, String otpauthUri, List<String> recoveryCodes) {
  /** Shows no secret. */
  @Override
  public String toString() {
    return "CreatedToken[token=" + token + "]";
  }
}
