package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The tokens of the account. */
public final class Tokens extends ObjectCollection<Token, NewToken, TokenChanges, CreatedToken> {
  Tokens(Transport transport) {
    super(transport, "/tokens", Token.class);
  }

  /**
   * Sent with an Idempotency-Key of its own, so a lost answer does not make two. What comes of it hangs on the kind.
   */
  @Override
  public CreatedToken create(NewToken input) {
    CreatedToken created = super.create(input);
    if (created.token().kind().equals(input.get("kind"))) return created;
    throw ConnectionException.unexpected("a token of this kind");
  }

  @Override
  CreatedToken readCreated(ObjectNode answer) {
    Token token = readItem(answer.path("token"));
    String kind = token.kind() == null ? "" : token.kind();
    return switch (kind) {
      case "totp", "hotp" -> new CreatedToken(token, shown(answer, "secret"), shown(answer, "otpauthUri"), List.of());
      case "ocra" -> new CreatedToken(token, shown(answer, "secret"), null, List.of());
      case "recovery" -> new CreatedToken(token, null, null, shownCodes(answer));
      case "" -> throw ConnectionException.unexpected("a token of a kind");
      default -> new CreatedToken(token, null, null, List.of());
    };
  }

  /** Up to 500 at once, each with its own outcome, in their order. Repeated by itself as a creation is. */
  public List<RowOutcome> createMany(List<NewToken> rows) {
    return createMany(transport, "tokens", rows);
  }

  /**
   * Ten codes that stand in once each for one of another token's, for the user of that id. Assign them as any token.
   */
  public CreatedToken createRecoveryCodes(String name, String owner) {
    return create(NewToken.recovery(name, owner));
  }

  /**
   * Makes the tokens of a file. All of it is judged before the first is made. Repeated by itself, since nothing is
   * made twice: after a lost answer what was made is {@code exists}. Thousands of rows take longer than the usual
   * timeout.
   *
   * @throws ServiceException {@code IMPORT_UNREADABLE}, or {@code IMPORT_REFUSED} with the refused rows in
   *     {@code errors}
   */
  public TokenImportAnswer importFile(TokenImport file) {
    ApiRequest request = ApiRequest.post("/token-imports", given(file), ApiRequest.Kind.READ);
    ObjectNode answer = answerTo(request, "what became of a file");
    if (answer.path("rows").isArray() && answer.path("counts").isObject()) {
      return Json.read(answer, TokenImportAnswer.class, "what became of a file");
    }
    throw ConnectionException.unexpected("what became of a file");
  }

  /**
   * Brings a device back into step, by two codes that it showed one after the other. Never repeated by itself: wrong
   * ones count as a wrong code, right ones are used up.
   *
   * @throws ServiceException {@code OTP_WRONG}, {@code TOKEN_LOCKED}, ...
   */
  public Token resync(String id, String first, String second) {
    Map<String, Object> body = Map.of("otps", List.of(given(first), given(second)));
    return readItem(transport.send(ApiRequest.post(itemPath(id) + "/resync", body, ApiRequest.Kind.ONCE)));
  }

  /**
   * Says whether a sign-in would take this code now, of a TOTP or HOTP token. The code stays good, and no failure of the
   * token is counted. Never repeated by itself: what is not right counts against the checks that a token has in an hour.
   *
   * @throws ServiceException {@code TOO_MANY_ATTEMPTS}, {@code TOKEN_KIND_UNFIT}, {@code TOKEN_LOCKED}, ...
   */
  public TokenCheck check(String id, String otp) {
    Map<String, Object> body = Map.of("otp", given(otp));
    ObjectNode answer = answerTo(ApiRequest.post(itemPath(id) + "/check", body, ApiRequest.Kind.ONCE), "what a code is");
    if (answer.path("verdict").isTextual()) return Json.read(answer, TokenCheck.class, "what a code is");
    throw ConnectionException.unexpected("what a code is");
  }

  private static String shown(ObjectNode answer, String name) {
    String secret = answer.path(name).textValue();
    if (secret != null) return secret;
    throw ConnectionException.unexpected("a new token with its secret");
  }

  private static List<String> shownCodes(ObjectNode answer) {
    List<String> codes = new ArrayList<>();
    for (JsonNode code : answer.path("recoveryCodes")) {
      if (!code.isTextual()) throw ConnectionException.unexpected("a new token with its recovery codes");
      codes.add(code.textValue());
    }
    if (codes.isEmpty()) throw ConnectionException.unexpected("a new token with its recovery codes");
    return List.copyOf(codes);
  }
}
