package dev.countersign.client;

/**
 * An API key, and its text.
 *
 * @param key what can be seen of it later
 * @param text the key itself. Shown this once and never again
 */
public record ApiKeyWithSecret(ApiKey key, String text) {
  /** Does not show the text. */
  @Override
  public String toString() {
    return "ApiKeyWithSecret[key=" + key + "]";
  }
}
