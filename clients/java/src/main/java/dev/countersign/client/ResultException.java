package dev.countersign.client;

/**
 * A result was refused ({@code RESULT_...}), or the keys to judge it by cannot be fetched ({@code JWKS_UNAVAILABLE}).
 */
public final class ResultException extends CountersignException {
  private static final long serialVersionUID = 1L;

  ResultException(String code, String message) {
    super(code, message, Details.NONE);
  }
}
