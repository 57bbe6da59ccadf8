package dev.countersign.client;

/** A code to be sent, or a question to be made. What is null is left out. */
public final class NewChallenge extends Fields<NewChallenge> {
  private NewChallenge() {}

  /** For a person: id or any name. */
  public static NewChallenge ofUser(String resource, String user) {
    return new NewChallenge().set("resource", resource).setGiven("user", user);
  }

  /** For a token that the resource takes directly. */
  public static NewChallenge ofToken(String resource, String token) {
    return new NewChallenge().set("resource", resource).setGiven("token", token);
  }

  /** Which of the person's tokens. */
  public NewChallenge token(String token) {
    return setIfAny("token", token);
  }

  /** {@code ocra}, {@code sms} or {@code email}; otherwise the first that the person has. */
  public NewChallenge kind(String kind) {
    return setIfAny("kind", kind);
  }

  /** Of the message: a BCP 47 tag. */
  public NewChallenge language(String tag) {
    return setIfAny("language", tag);
  }

  /** The person's own address as your server saw it. */
  public NewChallenge address(String address) {
    return setIfAny("address", address);
  }
}
