package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SignInOptionsTest {
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
