package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The operations on one kind of object. Members of requests have the API's names, and the service refuses unknown ones.
 * Instants and durations may be given as such.
 */
public abstract class Group {
  private final Transport transport;

  Group(Transport transport) {
    this.transport = transport;
  }

  ObjectNode send(ApiRequest request) {
    return transport.send(request).orElseGet(Json::emptyObject);
  }

  static <G> G given(G input) {
    if (input != null) return input;
    throw new InvalidInputException("INPUT_INVALID", "There is nothing to send.");
  }

  static String itemPath(String path, String id) {
    return ApiRequest.itemPath(path, id);
  }

  /** Only these members are required: a newer service may add others. */
  static <T> T read(JsonNode response, Class<T> type, String... members) {
    for (String member : members) {
      if (!response.hasNonNull(member)) throw ConnectionException.unexpected("an object with " + member);
    }
    return Json.read(response, type, "an object of this kind");
  }

  <T> Listing<T> all(String path, Map<String, ?> query, Class<T> type, String... members) {
    Map<String, Object> asked = new LinkedHashMap<>(given(query));
    return new Listing<>(
        after -> {
          Map<String, Object> next = new LinkedHashMap<>(asked);
          if (after != null) next.put("after", after);
          return onePage(path, next, type, members);
        });
  }

  <T> Page<T> onePage(String path, Map<String, ?> query, Class<T> type, String... members) {
    ObjectNode response = send(ApiRequest.get(path, given(query)));
    JsonNode next = response.path("next");
    if (!response.path("items").isArray() || !(next.isNull() || next.isTextual())) {
      throw ConnectionException.unexpected("a page");
    }
    List<T> items = new ArrayList<>();
    for (JsonNode item : response.path("items")) items.add(read(item, type, members));
    return new Page<>(List.copyOf(items), next.textValue());
  }

  <T> List<T> createRows(String path, List<? extends Map<String, ?>> rows, Class<T> type) {
    Map<String, Object> body = Map.of("rows", given(rows));
    ObjectNode response = send(ApiRequest.post(path, body, ApiRequest.Kind.CREATION));
    JsonNode outcomes = response.path("rows");
    // With one too few, an outcome would be read as that of another row.
    if (!outcomes.isArray() || outcomes.size() != rows.size()) {
      throw ConnectionException.unexpected("an outcome for each row");
    }
    List<T> read = new ArrayList<>();
    for (JsonNode one : outcomes) read.add(read(one, type, "status"));
    return List.copyOf(read);
  }
}
