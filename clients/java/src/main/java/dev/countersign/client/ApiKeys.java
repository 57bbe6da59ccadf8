package dev.countersign.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;

/** The API keys of the account, for a key that may {@code administer}. */
public final class ApiKeys extends ObjectCollection<ApiKey, NewApiKey, ApiKeyChanges, ApiKeyWithSecret> {
  ApiKeys(Transport transport) {
    super(transport, "/api-keys", ApiKey.class);
  }

  @Override
  ApiKeyWithSecret readCreated(ObjectNode answer) {
    String text = answer.path("text").textValue();
    if (text != null) return new ApiKeyWithSecret(readItem(answer.path("key")), text);
    throw ConnectionException.unexpected("an API key with its text");
  }

  /** Another secret, shown once; the one before works on for the overlap. Never repeated by itself. */
  public ApiKeyWithSecret rotate(String id, Duration overlap) {
    Map<String, Object> body = Map.of("overlapMs", given(overlap));
    ApiRequest request = ApiRequest.post(itemPath(id) + "/rotate", body, ApiRequest.Kind.ONCE);
    return readCreated(answerTo(request, "an API key with its text"));
  }
}
