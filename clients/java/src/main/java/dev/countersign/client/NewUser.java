package dev.countersign.client;

import java.util.Map;

/** A user to be. What is null is left out. */
public final class NewUser extends Fields<NewUser> {
  private NewUser() {}

  /** The name that they sign in with. */
  public static NewUser of(String login) {
    return new NewUser().set("login", login);
  }

  /** For {@link Users#createMany}: a row with a key is done once, however often it is sent. */
  public NewUser key(String key) {
    return setIfAny("key", key);
  }

  /** Another name. */
  public NewUser alias(String alias) {
    return setIfAny("alias", alias);
  }

  /** Also a name to sign in with. */
  public NewUser email(String email) {
    return setIfAny("email", email);
  }

  /** An international number such as {@code +4915112345678}. */
  public NewUser phone(String phone) {
    return setIfAny("phone", phone);
  }

  /** For people to read. */
  public NewUser firstName(String name) {
    return setIfAny("firstName", name);
  }

  /** For people to read. */
  public NewUser secondName(String name) {
    return setIfAny("secondName", name);
  }

  /** At least 15 characters, or 8 where a second factor is asked for. */
  public NewUser password(String password) {
    return setIfAny("password", password);
  }

  /** What you have of a password that they keep, such as {@code Map.of("format", "text", "text", "$2y$10$...")}. */
  public NewUser passwordHash(Map<String, ?> hash) {
    return setIfAny("passwordHash", hash);
  }

  /** Whether {@link CountersignClient#authenticate} lets them in. */
  public NewUser apiSupport(boolean allowed) {
    return set("apiSupport", allowed);
  }
}
