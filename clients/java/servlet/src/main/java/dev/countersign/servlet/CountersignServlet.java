package dev.countersign.servlet;

import dev.countersign.client.LevelDemand;
import dev.countersign.client.RouteRequest;
import dev.countersign.client.RouteResponse;
import dev.countersign.client.SignIn;
import dev.countersign.client.SignInState;
import dev.countersign.client.SiteSession;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The three routes, as a servlet for the base path and everything below it ({@code /countersign/*}), and guards for your
 * own servlets: they are called where a page is answered, so no spelling of an address passes them.
 *
 * @param <U> a user of the site
 */
public final class CountersignServlet<U> extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private final transient SignIn<U> signIn;
  private final Set<String> keep;

  /**
   * For one site.
   *
   * @param signIn what decides
   * @param keep names of your own attributes of the session that survive a sign-in and sign-out, such as a basket
   */
  public CountersignServlet(SignIn<U> signIn, Set<String> keep) {
    this.signIn = signIn;
    this.keep = Set.copyOf(keep);
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String info = request.getPathInfo();
    String route = info == null ? "" : info.substring(1);
    if (!SignIn.ROUTES.contains(route)) {
      response.sendError(HttpServletResponse.SC_NOT_FOUND);
      return;
    }
    byte[] body = request.getInputStream().readNBytes(RouteRequest.MAX_BODY_BYTES + 1);
    send(signIn.respond(route, read(request, body), session(request)), response);
  }

  /**
   * Guards a page: call it first, and answer only if it is true. It needs a sign-in that meets the demand.
   *
   * @return false if the request was answered: a browser is sent to the sign-in page, a script gets the code
   */
  public boolean requireRecent(LevelDemand demand, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Optional<RouteResponse> refusal = signIn.guard(demand, read(request, new byte[0]), session(request));
    if (refusal.isPresent()) send(refusal.get(), response);
    return refusal.isEmpty();
  }

  /** The user of this session, if there is one. */
  public Optional<SignInState.User> user(HttpServletRequest request) {
    return signIn.user(session(request));
  }

  /**
   * Your site has checked the password of this user, in the post that is being answered. See {@link
   * SignIn#beginSecondFactor}.
   *
   * @return false if the request was answered, because it comes from another site
   */
  public boolean beginSecondFactor(
      HttpServletRequest request, HttpServletResponse response, U user, String subject) throws IOException {
    Optional<RouteResponse> refusal =
        signIn.beginSecondFactor(read(request, new byte[0]), session(request), user, subject);
    if (refusal.isPresent()) send(refusal.get(), response);
    return refusal.isEmpty();
  }

  private SiteSession session(HttpServletRequest request) {
    return new ServletSession(request, keep);
  }

  private static RouteRequest read(HttpServletRequest request, byte[] body) {
    String query = request.getQueryString();
    return new RouteRequest(
        request.getMethod(),
        request.getHeader("Origin"),
        request.getHeader("Sec-Fetch-Site"),
        request.getContentType(),
        request.getHeader("Accept"),
        request.getRequestURI() + (query == null ? "" : "?" + query),
        body);
  }

  private static void send(RouteResponse made, HttpServletResponse response) throws IOException {
    response.setStatus(made.status());
    response.setContentType("application/json");
    for (Map.Entry<String, String> header : made.headers().entrySet()) {
      response.setHeader(header.getKey(), header.getValue());
    }
    response.getOutputStream().write(made.body());
  }
}
