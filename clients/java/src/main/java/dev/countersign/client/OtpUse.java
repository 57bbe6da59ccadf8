package dev.countersign.client;

import java.util.Optional;

/** What became of the one-time password in a sign-in. */
public enum OtpUse {
  /** It was checked. */
  VERIFIED("verified"),
  /** The person's tokens are deactivated, so the password let them in. */
  SKIPPED("skipped"),
  /** None was asked for, because the person trusts the browser. */
  REMEMBERED("remembered"),
  /** None was asked for. */
  NOT_USED("not_used");

  final String word;

  OtpUse(String word) {
    this.word = word;
  }

  static Optional<OtpUse> of(String word) {
    for (OtpUse one : values()) if (one.word.equals(word)) return Optional.of(one);
    return Optional.empty();
  }
}
