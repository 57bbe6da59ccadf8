package dev.countersign.client;

import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which sign-ins are enough for a page.
 *
 * @param acr how many factors, {@code "1"} or {@code "2"}; null: not demanded
 * @param maxAge no factor may be older: a minute to a day; null: not demanded
 */
public record LevelDemand(String acr, Duration maxAge) implements Serializable {
  /** By how much the two clocks may differ. */
  private static final long AHEAD_MS = 30_000;

  /**
   * One of them, or both.
   *
   * @throws InvalidInputException {@code OPTION_INVALID}: nothing is demanded, or what no user could meet
   */
  public LevelDemand {
    if (acr == null && maxAge == null) {
      throw InvalidInputException.option("\"acr\" or \"maxAge\" must be demanded.");
    }
    if (acr != null) Fields.checkAcr(acr);
    if (maxAge != null) Bounds.of("maxAge", maxAge, Duration.ofMinutes(1), Duration.ofDays(1));
  }

  /** A sign-in with this many factors. */
  public static LevelDemand ofAcr(String acr) {
    return new LevelDemand(Fields.checkAcr(acr), null);
  }

  /** As routes write it. */
  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    if (acr != null) members.put("acr", acr);
    if (maxAge != null) members.put("maxAgeMs", maxAge.toMillis());
    return members;
  }

  /** What a sign-in lacks: a code, or nothing. */
  Optional<String> missing(boolean isSignedIn, String shown, Long authTime, long nowMs) {
    if (!isSignedIn) return Optional.of("SIGN_IN_REQUIRED");
    boolean isKnown = ("1".equals(shown) || "2".equals(shown)) && authTime != null && authTime >= 0;
    if (!isKnown) return Optional.of("STEP_UP_REQUIRED");
    long ageMs = nowMs - authTime * 1000;
    boolean isEnough =
        ageMs >= -AHEAD_MS
            && !("2".equals(acr) && shown.equals("1"))
            && (maxAge == null || ageMs <= maxAge.toMillis());
    return isEnough ? Optional.empty() : Optional.of("STEP_UP_REQUIRED");
  }
}
