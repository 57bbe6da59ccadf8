package dev.countersign.client;

/** What becomes different about a user. Null takes a value away; what is not named stays. */
public final class UserChanges extends Fields<UserChanges> {
  /** Nothing as yet. */
  public UserChanges() {}

  /** The name that they sign in with. */
  public UserChanges login(String login) {
    return setGiven("login", login);
  }

  /** Another name. */
  public UserChanges alias(String alias) {
    return set("alias", alias);
  }

  /** Also a name to sign in with. */
  public UserChanges email(String email) {
    return set("email", email);
  }

  /** An international number. */
  public UserChanges phone(String phone) {
    return set("phone", phone);
  }

  /** For people to read. */
  public UserChanges firstName(String name) {
    return set("firstName", name);
  }

  /** For people to read. */
  public UserChanges secondName(String name) {
    return set("secondName", name);
  }

  /** Another password. */
  public UserChanges password(String password) {
    return setGiven("password", password);
  }

  /** Whether {@link CountersignClient#authenticate} lets them in. */
  public UserChanges apiSupport(boolean allowed) {
    return set("apiSupport", allowed);
  }

  /** Whether they are let in nowhere. */
  public UserChanges blocked(boolean blocked) {
    return set("blocked", blocked);
  }
}
