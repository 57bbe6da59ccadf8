package dev.countersign.client;

/** The service has refused: whoever was to be let in is not, or what was to be done was not done. */
public final class ServiceException extends CountersignException {
  private static final long serialVersionUID = 1L;

  ServiceException(String code, String message, Details details) {
    super(code, message, details);
  }
}
