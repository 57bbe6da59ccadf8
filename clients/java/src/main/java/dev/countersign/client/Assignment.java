package dev.countersign.client;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * To a resource: a user alone, a user together with a token, or a token directly.
 *
 * @param key for {@link Assignments#createMany}: a row with a key is done once, however often it is sent; else null
 * @param resource the id of the resource
 * @param user the id of a user, or null
 * @param token the id of a token, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Assignment(String key, String resource, String user, String token) {
  /** A user, who needs nothing but their password. */
  public static Assignment ofUser(String resource, String user) {
    return new Assignment(null, resource, Bounds.given("user", user), null);
  }

  /** A user together with one of their tokens. */
  public static Assignment ofUser(String resource, String user, String token) {
    return new Assignment(null, resource, Bounds.given("user", user), Bounds.given("token", token));
  }

  /** A token with no user. */
  public static Assignment ofToken(String resource, String token) {
    return new Assignment(null, resource, null, Bounds.given("token", token));
  }

  /** The same as a row with a key. */
  public Assignment withKey(String given) {
    return new Assignment(given, resource, user, token);
  }
}
