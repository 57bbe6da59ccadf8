package dev.countersign.client;

/**
 * No answer of the service ({@code NETWORK_FAILED}, {@code TIMEOUT}, {@code ABORTED}), or one that it does not give
 * ({@code RESPONSE_INVALID}). What was asked may or may not have happened. {@code ABORTED}: the calling thread was
 * interrupted, and still is.
 */
public final class ConnectionException extends CountersignException {
  private static final long serialVersionUID = 1L;

  ConnectionException(String code, String message) {
    this(code, message, Details.NONE);
  }

  ConnectionException(String code, String message, Details details) {
    super(code, message, details);
  }

  static ConnectionException unexpected(String wanted) {
    return new ConnectionException("RESPONSE_INVALID", "The answer is not " + wanted + ".");
  }

  /** For a thread that was interrupted while it waited. It stays interrupted, for its caller. */
  static ConnectionException aborted() {
    Thread.currentThread().interrupt();
    return new ConnectionException("ABORTED", "The calling thread was interrupted.");
  }
}
