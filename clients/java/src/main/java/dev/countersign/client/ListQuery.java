package dev.countersign.client;

/**
 * What a list is to be of. Each kind of object takes some of these; others are refused by the service. Null is left
 * out.
 */
public final class ListQuery extends Fields<ListQuery> {
  /** All of them. */
  public ListQuery() {}

  /** Items per page, up to 200. */
  public ListQuery limit(int items) {
    return set("limit", items);
  }

  /** Of a page: where it begins, the {@code next} of the page before. */
  public ListQuery after(String cursor) {
    return setIfAny("after", cursor);
  }

  /** What a name begins with. */
  public ListQuery search(String prefix) {
    return setIfAny("search", prefix);
  }

  /** By {@code created} or {@code name}. */
  public ListQuery sort(String by) {
    return setIfAny("sort", by);
  }

  /** {@code asc} or {@code desc}. */
  public ListQuery order(String order) {
    return setIfAny("order", order);
  }

  /** Users: whether blocked. */
  public ListQuery blocked(boolean blocked) {
    return set("blocked", blocked);
  }

  /** Users: assigned to it. Tokens: that it takes with no user. */
  public ListQuery resource(String id) {
    return setIfAny("resource", id);
  }

  /** Tokens: {@code active}, {@code deactivated}, {@code locked}, {@code expired} or {@code out-of-step}. */
  public ListQuery state(String state) {
    return setIfAny("state", state);
  }

  /** Tokens: of this user. */
  public ListQuery owner(String user) {
    return setIfAny("owner", user);
  }

  /** Tokens and filters: of this kind. */
  public ListQuery kind(String kind) {
    return setIfAny("kind", kind);
  }

  ListQuery copy() {
    ListQuery same = new ListQuery();
    named().forEach(same::set);
    return same;
  }
}
