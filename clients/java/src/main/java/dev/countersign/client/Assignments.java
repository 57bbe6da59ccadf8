package dev.countersign.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who may enter what, and with what. */
public final class Assignments {
  private final Transport transport;

  Assignments(Transport transport) {
    this.transport = transport;
  }

  /** Makes one. Sent with an Idempotency-Key of its own. */
  public Assignment create(Assignment assignment) {
    Assignment asked = ObjectCollection.given(assignment).withKey(null);
    ApiRequest request = ApiRequest.post("/assignments", asked, ApiRequest.Kind.CREATION);
    String resource = ObjectCollection.answerTo(transport, request, "the assignment").path("resource").textValue();
    if (resource != null && resource.equals(asked.resource())) return asked;
    throw ConnectionException.unexpected("the assignment");
  }

  /** Up to 500 at once, each with its own outcome, in their order. Repeated by itself as a creation is. */
  public List<RowOutcome> createMany(List<Assignment> rows) {
    return ObjectCollection.createMany(transport, "assignments", rows);
  }

  /** Takes one away. Never repeated by itself. */
  public void delete(Assignment assignment) {
    Assignment asked = ObjectCollection.given(assignment);
    Map<String, Object> query = new LinkedHashMap<>();
    query.put("resource", asked.resource());
    if (asked.user() != null) query.put("user", asked.user());
    if (asked.token() != null) query.put("token", asked.token());
    transport.send(ApiRequest.delete("/assignments", query));
  }
}
