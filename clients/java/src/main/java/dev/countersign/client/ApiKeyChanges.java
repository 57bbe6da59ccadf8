package dev.countersign.client;

import java.time.Instant;
import java.util.List;

/** What becomes different about an API key. What is not named stays. */
public final class ApiKeyChanges extends Fields<ApiKeyChanges> {
  /** Nothing as yet. */
  public ApiKeyChanges() {}

  /** For people to read. */
  public ApiKeyChanges name(String name) {
    return setGiven("name", name);
  }

  /** Whether it opens anything. */
  public ApiKeyChanges enabled(boolean enabled) {
    return set("enabled", enabled);
  }

  /** What it may: {@code authenticate read write administer}. */
  public ApiKeyChanges scopes(List<String> scopes) {
    return setGiven("scopes", scopes);
  }

  /** Confined to sign-ins and results of these; null: not confined. */
  public ApiKeyChanges resources(List<String> ids) {
    return set("resources", ids);
  }

  /** Until when it works. */
  public ApiKeyChanges expiresAt(Instant at) {
    return setGiven("expiresAt", at);
  }
}
