package dev.countersign.client;

/** A filter to be. */
public final class NewFilter extends Fields<NewFilter> {
  private NewFilter() {}

  /** With a name for people to read, and whom it lets through. */
  public static NewFilter of(String name, FilterRule rule) {
    return new NewFilter().set("name", name).setGiven("rule", rule);
  }
}
