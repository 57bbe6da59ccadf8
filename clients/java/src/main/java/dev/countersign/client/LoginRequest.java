package dev.countersign.client;

import java.time.Instant;

/**
 * For the widget of one visitor alone.
 *
 * @param loginRequest usable once
 * @param expiresAt until when the widget has to begin with it
 */
public record LoginRequest(String loginRequest, Instant expiresAt) {
  /** Does not show what the widget gets. */
  @Override
  public String toString() {
    return "LoginRequest[expiresAt=" + expiresAt + "]";
  }
}
