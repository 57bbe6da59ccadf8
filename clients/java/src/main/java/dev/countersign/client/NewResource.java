package dev.countersign.client;

/** A resource to be. */
public final class NewResource extends ResourceFields<NewResource> {
  private NewResource() {}

  /** For people to read. */
  public static NewResource of(String name) {
    return new NewResource().set("name", name);
  }

  /**
   * For tests, with which nobody signs in: {@code pass}: every sign-in ends well. {@code fail}: none does.
   * {@code expire}: each ends well, with a result that has expired. Never changed later.
   */
  public NewResource testMode(String mode) {
    return setGiven("testMode", mode);
  }
}
