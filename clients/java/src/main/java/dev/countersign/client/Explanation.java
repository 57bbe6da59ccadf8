package dev.countersign.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What would be decided about a sign-in with everything right, and why.
 *
 * @param resource where
 * @param method {@code password}, {@code otp}, {@code password-otp} or {@code token}
 * @param at when
 * @param checks in order; the first that did not pass decided. Each has {@code check}, {@code passed}, perhaps
 *     {@code code}, and what goes with that check
 * @param factors what the person has to show; null where nothing helps
 * @param verdict what would be decided
 */
public record Explanation(
    String resource,
    String method,
    Instant at,
    List<Map<String, Object>> checks,
    Factors factors,
    Outcome verdict) {
  /**
   * What the person has to show.
   *
   * @param password their password
   * @param otp a code
   * @param otpSkipped whether a code is left out because their tokens are deactivated
   */
  public record Factors(boolean password, boolean otp, boolean otpSkipped) {}

  /**
   * What would be decided.
   *
   * @param granted whether they get in
   * @param otp {@code verified}, {@code skipped} or {@code not_used}; null where they do not
   * @param code why not; null where they do
   */
  public record Outcome(boolean granted, String otp, String code) {}
}
