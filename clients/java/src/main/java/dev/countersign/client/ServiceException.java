package dev.countersign.client;

/** The service has refused: the user is not let in, or nothing was done. */
public final class ServiceException extends CountersignException {
  private static final long serialVersionUID = 1L;

  ServiceException(String code, String message, Details details) {
    super(code, message, details);
  }
}
