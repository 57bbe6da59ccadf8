package dev.countersign.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

// SR-45
class TransactionsTest {
  private static final JsonNode VECTORS = Vectors.read("transactions.json");
  /**
   * As a host would read fields into the record, if it got them as JSON: the shapes that the type does not admit fail
   * there.
   */
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .withCoercionConfig(
              LogicalType.Textual, config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail))
          .build();

  private static Stream<JsonNode> cases(String kind) {
    return StreamSupport.stream(VECTORS.path(kind).spliterator(), false);
  }

  private static List<TransactionField> fieldsOf(JsonNode one) throws JsonProcessingException {
    return STRICT.readValue(one.path("fields").toString(), new TypeReference<List<TransactionField>>() {});
  }

  @TestFactory
  Stream<DynamicTest> acceptedFieldsHaveOneTextAndOneHash() {
    return cases("accepted")
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.path("name").textValue(),
                    () -> {
                      assertEquals(one.path("canonical").textValue(), Transactions.canonicalText(fieldsOf(one)));
                      assertEquals(one.path("sha256").textValue(), Transactions.hash(fieldsOf(one)));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> refusedFieldsAreRefusedForTheReason() {
    return cases("refused")
        .map(one -> DynamicTest.dynamicTest(one.path("name").textValue(), () -> checkRefused(one)));
  }

  private static void checkRefused(JsonNode one) {
    String reason = one.path("reason").textValue();
    List<TransactionField> fields;
    try {
      fields = fieldsOf(one);
    } catch (JsonProcessingException notOfTheType) {
      assertEquals("shape", reason);
      return;
    }
    String where = one.has("field") ? " in field " + one.path("field").intValue() : "";
    CountersignException refusal = Refusals.of("TRANSACTION_INVALID", () -> Transactions.hash(fields));
    assertTrue(refusal.getMessage().endsWith(": " + reason + where + "."), refusal.getMessage());
  }

  @Test
  void theCasesAreMany() {
    assertTrue(cases("accepted").count() >= 15);
    assertTrue(cases("refused").count() >= 60);
  }

  @Test
  void halvesOfSurrogatePairsAreRefusedAndWholeOnesAreNot() {
    for (String half : List.of("\ud83e", "\udd8a", "\udd8a\ud83e")) {
      List<TransactionField> fields = List.of(new TransactionField("To", "x" + half + "y"));
      assertTrue(Refusals.of("TRANSACTION_INVALID", () -> Transactions.hash(fields)).getMessage().contains("character"));
    }
    assertEquals(
        "[\"countersign-transaction-1\",[\"To\",\"\ud83e\udd8a\"]]",
        Transactions.canonicalText(List.of(new TransactionField("To", "\ud83e\udd8a"))));
  }

  @Test
  void aListWithNothingInAPlaceIsRefused() {
    List<TransactionField> fields = new ArrayList<>();
    fields.add(null);
    String said = Refusals.of("TRANSACTION_INVALID", () -> Transactions.hash(fields)).getMessage();
    assertTrue(said.contains("shape in field 0"), said);
    Refusals.of("TRANSACTION_INVALID", () -> Transactions.hash(null));
  }

  @Test
  void aTransactionThatGotLostOnTheWayDoesNotTurnAConfirmationIntoASignIn() {
    ResultExpectations expected = ResultExpectations.ofNonce(Vectors.NONCE);
    Refusals.of("TRANSACTION_INVALID", () -> expected.transaction(null));
    for (String hash : new String[] {null, "", "A".repeat(64).toUpperCase(Locale.ROOT), "a".repeat(63)}) {
      Refusals.of("TRANSACTION_INVALID", () -> expected.transactionHash(hash));
      ConsumeResult consumed = ConsumeResult.of("a.b.c", Vectors.RESOURCE, Vectors.NONCE);
      Refusals.of("TRANSACTION_INVALID", () -> consumed.transactionHash(hash));
    }
  }
}
