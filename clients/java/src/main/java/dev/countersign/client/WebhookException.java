package dev.countersign.client;

/** A request was not taken for a message of the service ({@code WEBHOOK_...}). Answer 400. */
public final class WebhookException extends CountersignException {
  private static final long serialVersionUID = 1L;

  WebhookException(String code, String why) {
    super(code, "This is no message of the service to this webhook: " + why + ".", Details.NONE);
  }
}
