package dev.countersign.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The people of the account. */
public final class Users extends ObjectCollection<User, NewUser, UserChanges, User> {
  Users(Transport transport) {
    super(transport, "/users", User.class);
  }

  @Override
  User readCreated(ObjectNode answer) {
    return readItem(answer);
  }

  /** Up to 500 at once, each with its own outcome, in their order. Repeated by itself as a creation is. */
  public List<RowOutcome> createMany(List<NewUser> rows) {
    return createMany(transport, "users", rows);
  }

  /** How many of a user's browsers are remembered, where and since when. */
  public Environments environments(String id) {
    ObjectNode answer = answerTo(ApiRequest.get(itemPath(id) + "/environments"), "environments");
    if (!answer.path("count").isInt() || !answer.path("environments").isArray()) {
      throw ConnectionException.unexpected("environments");
    }
    return Json.read(answer, Environments.class, "environments");
  }

  /** Forgets all of them. Never repeated by itself. */
  public void forgetEnvironments(String id) {
    transport.send(ApiRequest.delete(itemPath(id) + "/environments"));
  }
}
