package dev.countersign.client;

/**
 * The site's own users.
 *
 * @param <U> a user
 */
public interface SiteUsers<U> {
  /** The user that signed in, or null to refuse them. */
  U ofResult(ResultClaims claims);

  /** The user as they are now, or null if they are deleted or blocked. */
  U byId(String id);

  /** Their key in the site's own table. */
  String idOf(U user);

  /** What changes with the password, such as its hash; empty or null without one. A digest of it is kept. */
  String passwordOf(U user);
}
