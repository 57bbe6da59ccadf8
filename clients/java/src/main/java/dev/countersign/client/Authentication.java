package dev.countersign.client;

/**
 * A successful authentication.
 *
 * @param method by which: {@code password}, {@code otp}, {@code password-otp} or {@code token}
 * @param user who; null with the method {@code token}
 * @param token whose code it was, or null
 * @param kind of that token, or null
 * @param otp what became of the one-time password
 * @param passwordBreached the password was stolen elsewhere and published, on a resource that warns
 */
public record Authentication(
    String method, Who user, String token, String kind, OtpUse otp, boolean passwordBreached) {
  /**
   * A user.
   *
   * @param id stable: key your own records on it
   * @param login may change hands over time
   */
  public record Who(String id, String login) {}
}
