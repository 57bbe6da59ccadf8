package dev.countersign.client;

/** What becomes different about a resource. What is not named stays. */
public final class ResourceChanges extends ResourceFields<ResourceChanges> {
  /** Nothing as yet. */
  public ResourceChanges() {}

  /** For people to read. */
  public ResourceChanges name(String name) {
    return setGiven("name", name);
  }
}
