package dev.countersign.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Everything this library throws on purpose. Branch on {@link #code()}, or on the kind of exception; the message is
 * for people and may change. It never holds an API key, a password, a one-time password or a result, so it can be
 * logged.
 */
public abstract sealed class CountersignException extends RuntimeException
    permits ConnectionException, InvalidInputException, ResultException, ServiceException, WebhookException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final Details details;

  CountersignException(String code, String message, Details details) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /**
   * What it is, the same from version to version and in every language. The known ones are in {@link ErrorCodes}; a
   * newer service may send others.
   */
  public String code() {
    return code;
  }

  /** HTTP status, when the service answered. */
  public OptionalInt status() {
    return details.status == null ? OptionalInt.empty() : OptionalInt.of(details.status);
  }

  /** The service's name for the request, to quote to its operator. */
  public Optional<String> requestId() {
    return Optional.ofNullable(details.requestId);
  }

  /** How long to wait before another try can succeed. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(details.retryAfter);
  }

  /** What was wrong with which field, as the service put it; often empty. */
  public List<FieldError> errors() {
    return details.errors;
  }

  /** What came with an answer, as far as it came; null for the rest. */
  record Details(Integer status, String requestId, Duration retryAfter, List<FieldError> errors)
      implements java.io.Serializable {
    private static final long serialVersionUID = 1L;
    static final Details NONE = new Details(null, null, null, List.of());

    static Details ofStatus(int status) {
      return new Details(status, null, null, List.of());
    }
  }
}
