package dev.countersign.client;

import java.time.Duration;
import java.time.Instant;

/**
 * A token to be. Passkeys are made by whoever has them, where they sign in. What is null is left out; what does not
 * go with the kind is refused by the service.
 */
public final class NewToken extends Fields<NewToken> {
  private NewToken(String kind) {
    set("kind", kind);
  }

  /** An app or fob whose codes go by time. */
  public static NewToken totp(String name) {
    return new NewToken("totp").set("name", name);
  }

  /** A fob whose codes go by its button. */
  public static NewToken hotp(String name) {
    return new NewToken("hotp").set("name", name);
  }

  /** A device that answers questions (RFC 6287), with its suite: {@code OCRA-1:HOTP-SHA256-8:QN08-T1M}. */
  public static NewToken ocra(String name, String suite) {
    return new NewToken("ocra").set("name", name).set("suite", suite);
  }

  /** A phone that codes are sent to: an international number such as {@code +4915112345678}. */
  public static NewToken sms(String to) {
    return new NewToken("sms").set("to", to);
  }

  /** A mailbox that codes are sent to. */
  public static NewToken email(String to) {
    return new NewToken("email").set("to", to);
  }

  /** Ten codes that stand in once each for one of another token's; with the id of the user whose they are. */
  public static NewToken recovery(String name, String owner) {
    return new NewToken("recovery").set("name", name).set("owner", owner);
  }

  /** For {@link Tokens#createMany}: a row with a key is done once, however often it is sent. */
  public NewToken key(String key) {
    return setIfAny("key", key);
  }

  /** For people to read. Of {@code sms} and {@code email} it is otherwise the address, masked. */
  public NewToken name(String name) {
    return setIfAny("name", name);
  }

  /** Printed on the device. */
  public NewToken serial(String serial) {
    return setIfAny("serial", serial);
  }

  /** A user's id. */
  public NewToken owner(String user) {
    return setIfAny("owner", user);
  }

  /** From when on it does not count. */
  public NewToken expiresAt(Instant at) {
    return setIfAny("expiresAt", at);
  }

  /** {@code SHA1}, {@code SHA256} or {@code SHA512}. */
  public NewToken algorithm(String algorithm) {
    return setIfAny("algorithm", algorithm);
  }

  /** 6 or 8. */
  public NewToken digits(int digits) {
    return set("digits", digits);
  }

  /** Of {@code totp}. */
  public NewToken period(Duration period) {
    return setIfAny("periodMs", period);
  }

  /** Base32. Left out, the service makes one. */
  public NewToken secret(String secret) {
    return setIfAny("secret", secret);
  }

  /** The next counter, of {@code hotp} and of suites with one. */
  public NewToken counter(long counter) {
    return set("counter", counter);
  }

  /** Typed with the code. */
  public NewToken pin(TokenPin pin) {
    return setIfAny("pin", pin);
  }

  /** Of suites with a PIN: the one that its owner types into the device, 4 to 16 digits. */
  public NewToken suitePin(String pin) {
    return setIfAny("suitePin", pin);
  }
}
