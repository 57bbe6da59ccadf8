package dev.countersign.client;

import java.time.Duration;

/** A sign-in of a user whom you already know, for the widget on a page of yours. */
public final class NewLoginRequest extends Fields<NewLoginRequest> {
  private NewLoginRequest() {}

  /**
   * The user to be asked.
   *
   * @param user an id or any of the user's names
   * @param resource the id of your resource
   * @param nonce from {@link Nonces#newNonce}, kept in this visitor's session
   */
  public static NewLoginRequest of(String user, String resource, String nonce) {
    return new NewLoginRequest().set("user", user).set("resource", resource).set("nonce", nonce);
  }

  /** Whether your site has checked a password. Not together with the three below. */
  public NewLoginRequest passwordChecked(boolean checked) {
    return set("passwordChecked", checked);
  }

  /** How many factors the result has to stand for, all of them checked by the service: {@code "1"} or {@code "2"}. */
  public NewLoginRequest acr(String least) {
    return set("acr", checkAcr(least));
  }

  /** No factor may have been shown longer ago. */
  public NewLoginRequest maxAge(Duration most) {
    return setGiven("maxAgeMs", most);
  }

  /**
   * The {@code jti} of an earlier result of this person, out of their own session, that was consumed: what it shows
   * is not asked for again. Null: everything is.
   */
  public NewLoginRequest previous(String jti) {
    return setIfAny("previous", jti);
  }
}
