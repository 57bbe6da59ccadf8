package shop;

import dev.countersign.client.CountersignClient;
import dev.countersign.client.LevelDemand;
import dev.countersign.client.ResultVerifier;
import dev.countersign.client.SignInOptions;
import dev.countersign.servlet.CountersignServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.http.Rfc6265CookieProcessor;

/**
 * Two-factor sign-in on Jakarta Servlet, here in an embedded Tomcat. With OWN_PASSWORDS=1 this site checks the passwords, and
 * Countersign the second factor.
 */
public final class Main {
  private static final boolean OWN_PASSWORDS = "1".equals(System.getenv("OWN_PASSWORDS"));
  private static final String RESOURCE = setting("COUNTERSIGN_RESOURCE");
  private static final String SERVICE = setting("COUNTERSIGN_URL");
  private static final Table USERS = new Table(Path.of(setting("DATABASE")));

  private static final CountersignServlet<Table.User> COUNTERSIGN =
      new CountersignServlet<>(
          SignInOptions.of(RESOURCE, setting("ORIGIN"), ResultVerifier.builder(SERVICE, RESOURCE).build(), USERS)
              .client(CountersignClient.builder(SERVICE, setting("COUNTERSIGN_API_KEY")).build())
              .siteChecksPassword(OWN_PASSWORDS)
              .afterSignIn("/account")
              .build(),
          Set.of());

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(setting("STORAGE"));
    tomcat.setHostname("127.0.0.1");
    tomcat.setPort(Integer.parseInt(setting("PORT")));
    tomcat.getConnector();
    Context context = tomcat.addContext("", null);
    context.setUseHttpOnly(true);
    context.setSessionCookieName("session");
    Rfc6265CookieProcessor cookies = new Rfc6265CookieProcessor();
    cookies.setSameSiteCookies("lax");
    context.setCookieProcessor(cookies);
    boolean isSecure = setting("ORIGIN").startsWith("https:");
    context.addServletContainerInitializer(
        (classes, started) -> started.getSessionCookieConfig().setSecure(isSecure), Set.of());
    add(context, "/countersign/*", COUNTERSIGN);
    add(context, "", new Start());
    add(context, "/sign-in", new SignInPage());
    add(context, "/password", new Password());
    add(context, "/account", new Account());
    add(context, "/transfer", new Transfer());
    tomcat.start();
    tomcat.getServer().await();
  }

  private static void add(Context context, String path, HttpServlet servlet) {
    Tomcat.addServlet(context, servlet.getClass().getSimpleName(), servlet).addMapping(path);
  }

  private static String setting(String name) {
    return Optional.ofNullable(System.getenv(name))
        .filter(value -> !value.isEmpty())
        .orElseThrow(() -> new IllegalStateException("Set " + name + "."));
  }

  static final class Start extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
      Pages.send(response, OWN_PASSWORDS ? "password.html" : "start.html", Map.of("refused", ""));
    }
  }

  static final class SignInPage extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
      String own = OWN_PASSWORDS ? "1" : "";
      Pages.send(response, "sign-in.html", Map.of("service", SERVICE, "resource", RESOURCE, "own_passwords", own));
    }
  }

  static final class Password extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
      Table.User user = USERS.byName(request.getParameter("name"));
      if (!Table.isPassword(user, request.getParameter("password")) || user.countersignId().isEmpty()) {
        response.setStatus(HttpServletResponse.SC_FORBIDDEN);
        Pages.send(response, "password.html", Map.of("refused", "Wrong name or password."));
        return;
      }
      // In place of a sign-in.
      if (COUNTERSIGN.beginSecondFactor(request, response, user, user.countersignId())) response.sendRedirect("/sign-in");
    }
  }

  static final class Account extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
      if (!COUNTERSIGN.requireRecent(LevelDemand.ofAcr("1"), request, response)) return;
      String login = COUNTERSIGN.user(request).orElseThrow().login();
      Pages.send(response, "account.html", Map.of("login", login));
    }
  }

  static final class Transfer extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final LevelDemand DEMAND = new LevelDemand("2", Duration.ofMinutes(5));

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
      if (!COUNTERSIGN.requireRecent(DEMAND, request, response)) return;
      response.getWriter().print("Two factors within five minutes.");
    }
  }
}
