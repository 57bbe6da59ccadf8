package dev.countersign.client;

import java.time.Duration;
import java.util.List;

/** An API key to be. */
public final class NewApiKey extends Fields<NewApiKey> {
  private NewApiKey() {}

  /** With a name for people to read, and what it may: {@code authenticate read write administer}. */
  public static NewApiKey of(String name, List<String> scopes) {
    return new NewApiKey().set("name", name).setGiven("scopes", scopes);
  }

  /** Confined to sign-ins and results of these. */
  public NewApiKey resources(List<String> ids) {
    return setGiven("resources", ids);
  }

  /** Default a year. */
  public NewApiKey lifetime(Duration lives) {
    return setGiven("lifetimeMs", lives);
  }
}
