package dev.countersign.client;

import java.time.Instant;

/**
 * Where to send a person, within two minutes.
 *
 * @param loginRequest the same for a widget
 * @param signInUrl anyone who has it can sign in with it, once
 * @param expiresAt until when
 */
public record Redirect(String loginRequest, String signInUrl, Instant expiresAt) {
  /** Does not show the address, which holds a secret. */
  @Override
  public String toString() {
    return "Redirect[expiresAt=" + expiresAt + "]";
  }
}
