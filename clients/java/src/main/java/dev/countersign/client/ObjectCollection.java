package dev.countersign.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One kind of object of the account.
 *
 * @param <T> the object
 * @param <N> what makes one
 * @param <C> what changes one
 * @param <M> what making one comes to: the object, and what is shown of it only then
 */
public abstract class ObjectCollection<T, N extends Fields<N>, C extends Fields<C>, M> {
  final Transport transport;
  private final String path;
  private final Class<T> type;

  ObjectCollection(Transport transport, String path, Class<T> type) {
    this.transport = transport;
    this.path = path;
    this.type = type;
  }

  /** Whatever is shown this once has to be there: nobody gets to see it later. */
  abstract M readCreated(ObjectNode answer);

  /** Makes one. Sent with an Idempotency-Key of its own, so a lost answer does not make two. */
  public M create(N input) {
    return readCreated(answerTo(ApiRequest.post(path, given(input), ApiRequest.Kind.CREATION), "what was created"));
  }

  /** The one of that id. */
  public T get(String id) {
    return readItem(transport.send(ApiRequest.get(itemPath(id))));
  }

  /** Changes what is named and leaves the rest. Never repeated by itself. */
  public T update(String id, C changes) {
    return readItem(transport.send(ApiRequest.patch(itemPath(id), given(changes))));
  }

  /** Takes it away. Never repeated by itself. */
  public void delete(String id) {
    transport.send(ApiRequest.delete(itemPath(id)));
  }

  /** All of them. */
  public Listing<T> list() {
    return list(new ListQuery());
  }

  /** Those that the query names, page by page as they are read. */
  public Listing<T> list(ListQuery query) {
    ListQuery asked = given(query).copy();
    return new Listing<>(after -> page(after == null ? asked : asked.copy().after(after)));
  }

  /** One page. */
  public Page<T> page(ListQuery query) {
    ObjectNode answer = answerTo(ApiRequest.get(path, given(query).named()), "a page");
    JsonNode next = answer.path("next");
    if (!answer.path("items").isArray() || !(next.isNull() || next.isTextual())) {
      throw ConnectionException.unexpected("a page");
    }
    List<T> items = new ArrayList<>();
    for (JsonNode item : answer.path("items")) items.add(readItem(item));
    return new Page<>(List.copyOf(items), next.textValue());
  }

  String itemPath(String id) {
    return ApiRequest.itemPath(path, id);
  }

  ObjectNode answerTo(ApiRequest request, String wanted) {
    return answerTo(transport, request, wanted);
  }

  T readItem(Optional<ObjectNode> answer) {
    return readItem(answer.orElseThrow(() -> ConnectionException.unexpected("an object with an id")));
  }

  /** Of its shape only the id is demanded: the service may have added members since. */
  T readItem(JsonNode item) {
    if (item.path("id").isTextual()) return Json.read(item, type, "an object of this kind");
    throw ConnectionException.unexpected("an object with an id");
  }

  static <G> G given(G input) {
    if (input != null) return input;
    throw new InvalidInputException("INPUT_INVALID", "There is nothing to ask for.");
  }

  static ObjectNode answerTo(Transport transport, ApiRequest request, String wanted) {
    return transport.send(request).orElseThrow(() -> ConnectionException.unexpected(wanted));
  }

  static List<RowOutcome> createMany(Transport transport, String kind, List<?> rows) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("rows", given(rows));
    ApiRequest request = ApiRequest.post("/bulk/" + kind, body, ApiRequest.Kind.CREATION);
    JsonNode outcomes = answerTo(transport, request, "an outcome for each row").path("rows");
    // An outcome too few would be taken for another row's.
    if (!outcomes.isArray() || outcomes.size() != rows.size()) {
      throw ConnectionException.unexpected("an outcome for each row");
    }
    List<RowOutcome> read = new ArrayList<>();
    for (JsonNode one : outcomes) read.add(Json.read(one, RowOutcome.class, "an outcome"));
    return List.copyOf(read);
  }
}
