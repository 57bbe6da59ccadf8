package dev.countersign.client;

import java.time.Duration;

/** A sign-in on the service's own page, which posts the result to an address of yours. */
public final class NewRedirect extends Fields<NewRedirect> {
  private NewRedirect() {}

  /**
   * The user types a name there.
   *
   * @param resource the id of your resource
   * @param nonce from {@link Nonces#newNonce}, kept for this visitor
   * @param redirectUri one of the resource's, letter by letter
   */
  public static NewRedirect of(String resource, String nonce, String redirectUri) {
    return new NewRedirect().set("resource", resource).set("nonce", nonce).set("redirectUri", redirectUri);
  }

  /** A user whom you already know: an id or any of the user's names. */
  public NewRedirect user(String user) {
    return setGiven("user", user);
  }

  /** With a user: whether your site has checked a password. Not together with the three below. */
  public NewRedirect passwordChecked(boolean checked) {
    return set("passwordChecked", checked);
  }

  /** With a user: how many factors the result has to stand for: {@code "1"} or {@code "2"}. */
  public NewRedirect acr(String least) {
    return set("acr", checkAcr(least));
  }

  /** With a user: no factor may have been shown longer ago. */
  public NewRedirect maxAge(Duration most) {
    return setGiven("maxAgeMs", most);
  }

  /** With a user: the {@code jti} of an earlier result of theirs that was consumed. Null: everything is asked for. */
  public NewRedirect previous(String jti) {
    return setIfAny("previous", jti);
  }
}
