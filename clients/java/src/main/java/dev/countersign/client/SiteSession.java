package dev.countersign.client;

/** The visitor's session, as the routes of {@link SignIn} use it. */
public interface SiteSession {
  /** What the routes keep in it, or null. */
  SignInState read();

  /** Keeps it. */
  void write(SignInState state);

  /** Gives the session a new id, makes the old one worthless, and drops everything but what the site keeps. */
  void renew();
}
