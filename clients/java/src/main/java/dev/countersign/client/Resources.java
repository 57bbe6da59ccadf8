package dev.countersign.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.Map;

/** The sites and systems of the account. */
public final class Resources extends ObjectCollection<Resource, NewResource, ResourceChanges, Resource> {
  Resources(Transport transport) {
    super(transport, "/resources", Resource.class);
  }

  @Override
  Resource readCreated(ObjectNode answer) {
    return readItem(answer);
  }

  /** A PNG or WebP of at most 32 kB, shown above the sign-in. Never repeated by itself. */
  public Resource setLogo(String id, byte[] image) {
    Map<String, Object> body = Map.of("image", Base64.getEncoder().encodeToString(given(image)));
    return readItem(transport.send(ApiRequest.post(itemPath(id) + "/logo", body, ApiRequest.Kind.ONCE)));
  }

  /** Takes it away. Never repeated by itself. */
  public void removeLogo(String id) {
    transport.send(ApiRequest.delete(itemPath(id) + "/logo"));
  }
}
