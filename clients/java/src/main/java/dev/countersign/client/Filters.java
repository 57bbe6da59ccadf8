package dev.countersign.client;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The filters of the account. */
public final class Filters extends ObjectCollection<Filter, NewFilter, FilterChanges, Filter> {
  Filters(Transport transport) {
    super(transport, "/filters", Filter.class);
  }

  @Override
  Filter readCreated(ObjectNode answer) {
    return readItem(answer);
  }
}
