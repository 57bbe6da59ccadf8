package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
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
    assertTrue(options().requireTwoFactors().build().expectations(Vectors.NONCE, ONE_FACTOR).twoFactors);
    assertFalse(options().build().expectations(Vectors.NONCE, ONE_FACTOR).twoFactors);
    assertTrue(options().build().expectations(Vectors.NONCE, LevelDemand.ofAcr("2")).twoFactors);
  }
}
