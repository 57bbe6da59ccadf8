package dev.countersign.client;

import java.time.Instant;

/** What becomes different about a token. Null takes a value away; what is not named stays. */
public final class TokenChanges extends Fields<TokenChanges> {
  /** Nothing as yet. */
  public TokenChanges() {}

  /** For people to read. */
  public TokenChanges name(String name) {
    return setGiven("name", name);
  }

  /** False: takes no part in authentication. */
  public TokenChanges enabled(boolean enabled) {
    return set("enabled", enabled);
  }

  /** False unlocks and zeroes the failures. */
  public TokenChanges locked(boolean locked) {
    return set("locked", locked);
  }

  /** A user's id. */
  public TokenChanges owner(String user) {
    return set("owner", user);
  }

  /** From when on it does not count. */
  public TokenChanges expiresAt(Instant at) {
    return set("expiresAt", at);
  }

  /** Another address for codes. */
  public TokenChanges to(String address) {
    return setGiven("to", address);
  }

  /** Null: without a PIN from now on. */
  public TokenChanges pin(TokenPin pin) {
    return set("pin", pin);
  }
}
