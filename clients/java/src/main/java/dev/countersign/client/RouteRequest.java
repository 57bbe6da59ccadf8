package dev.countersign.client;

/**
 * A request, as far as routes and guards read it.
 *
 * @param method of HTTP
 * @param origin the header {@code Origin}, or null
 * @param fetchSite the header {@code Sec-Fetch-Site}, or null
 * @param contentType the header {@code Content-Type}, or null
 * @param accept the header {@code Accept}, or null
 * @param target path and query
 * @param body at most {@link #MAX_BODY_BYTES}, and one more if there are more
 */
public record RouteRequest(
    String method,
    String origin,
    String fetchSite,
    String contentType,
    String accept,
    String target,
    byte[] body) {
  /** More than that is refused. */
  public static final int MAX_BODY_BYTES = 16 * 1024;

  /** Does not show the body. */
  @Override
  public String toString() {
    return "RouteRequest[" + method + "]";
  }
}
