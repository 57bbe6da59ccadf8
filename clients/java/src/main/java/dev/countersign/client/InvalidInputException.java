package dev.countersign.client;

/**
 * What was given to this library cannot work, and nothing was asked: {@code OPTION_INVALID},
 * {@code TRANSACTION_INVALID}, {@code INPUT_INVALID}. The message names it.
 */
public final class InvalidInputException extends CountersignException {
  private static final long serialVersionUID = 1L;

  InvalidInputException(String code, String message) {
    super(code, message, Details.NONE);
  }

  static InvalidInputException option(String message) {
    return new InvalidInputException("OPTION_INVALID", message);
  }
}
