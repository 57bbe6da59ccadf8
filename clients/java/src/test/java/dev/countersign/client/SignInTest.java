package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class SignInTest {
  private static final LevelDemand ONE_FACTOR = new LevelDemand("1", Duration.ofMinutes(5));

  private static SignInOptions<String> options() {
    SiteUsers<String> users =
        new SiteUsers<>() {
          @Override
          public String ofResult(ResultClaims claims) {
            return claims.sub();
          }

          @Override
          public String byId(String id) {
            return id;
          }

          @Override
          public String idOf(String user) {
            return user;
          }

          @Override
          public String passwordOf(String user) {
            return "";
          }
        };
    ResultVerifier verifier = ResultVerifier.builder(Vectors.ISSUER, Vectors.RESOURCE).build();
    return SignInOptions.of(Vectors.RESOURCE, "https://shop.example", verifier, users);
  }

  /** A thief at a browser that was left signed in has the password, and asks for a step-up to one factor. */
  @Test
  void noStepUpProvesLessThanEverySignInMust() {
    assertTrue(options().requireAcr("2").build().expectations(Vectors.NONCE, ONE_FACTOR).twoFactors);
    assertFalse(options().build().expectations(Vectors.NONCE, ONE_FACTOR).twoFactors);
    assertTrue(options().build().expectations(Vectors.NONCE, LevelDemand.ofAcr("2")).twoFactors);
  }

  /** A stolen session steps up while its user signs out, and what it stores then would bring the session back. */
  @Test
  void noSessionThatWasSignedOutComesBack() {
    // SHA-256 of nothing.
    String stamp = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    SignInState.User user = new SignInState.User("usr_1", "usr_1", "mira", "1", Vectors.NOW, "flw_1", stamp);
    AtomicReference<SignInState> state = new AtomicReference<>(new SignInState(user, null, null));
    SiteSession session =
        new SiteSession() {
          @Override
          public SignInState read() {
            return state.get();
          }

          @Override
          public void write(SignInState written) {
            state.set(written);
          }

          @Override
          public void renew() {
            state.set(null);
          }
        };
    LocalServer.Answer made = LocalServer.json("{\"loginRequest\":\"lrq\",\"expiresAt\":1800000120000}");
    try (LocalServer server =
        new LocalServer(
            exchange -> {
              session.renew();
              made.to(exchange);
            })) {
      CountersignClient client = CountersignClient.builder(server.url(), "csk_canary.of-the-api-key").build();
      byte[] body = "{\"acr\":\"2\"}".getBytes(StandardCharsets.UTF_8);
      String origin = "https://shop.example";
      RouteRequest request = new RouteRequest("POST", origin, null, "application/json", null, "/", body);
      RouteResponse answer = options().client(client).build().respond("nonce", request, session);
      assertEquals("{\"code\":\"SIGN_IN_REQUIRED\"}", new String(answer.body(), StandardCharsets.UTF_8));
      assertNull(state.get());
    }
  }

  /** The attack: a password alone signs in, because an option that came later took the demand of a code away. */
  @Test
  void theOrderOfOptionsDoesNotDropTheDemandOfACode() {
    assertTrue(options().requireOtp(true).siteChecksPassword(false).isOtpRequired());
    assertTrue(options().siteChecksPassword(false).requireOtp(true).isOtpRequired());
    assertFalse(options().requireOtp(false).siteChecksPassword(true).isOtpRequired());
  }

  @Test
  void aCodeIsRequiredForASecondFactorAlone() {
    assertTrue(options().siteChecksPassword(true).isOtpRequired());
    assertFalse(options().isOtpRequired());
  }
}
