package dev.countersign.client;

/** What becomes different about a filter. The rule stays of its kind. */
public final class FilterChanges extends Fields<FilterChanges> {
  /** Nothing as yet. */
  public FilterChanges() {}

  /** For people to read. */
  public FilterChanges name(String name) {
    return setGiven("name", name);
  }

  /** Whom it lets through. */
  public FilterChanges rule(FilterRule rule) {
    return setGiven("rule", rule);
  }
}
