package dev.countersign.client;

import java.security.SecureRandom;
import java.util.Base64;

/** What ties a result to one visitor. */
public final class Nonces {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 24;

  private Nonces() {}

  /**
   * A nonce for one sign-in: 192 random bits as 32 characters of base64url. Keep it in the visitor's session, give it
   * to the widget, and take it out of the session when the result comes back, before verifying.
   */
  public static String newNonce() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
