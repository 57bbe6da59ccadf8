package dev.countersign.client;

import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * All of them, fetched page by page as they are read, from the beginning each time.
 *
 * @param <T> what it is a list of
 */
public final class Listing<T> implements Iterable<T> {
  /** By where they begin; null for the first. */
  private final Function<String, Page<T>> pages;

  Listing(Function<String, Page<T>> pages) {
    this.pages = pages;
  }

  /** The same as a stream. */
  public Stream<T> stream() {
    return StreamSupport.stream(spliterator(), false);
  }

  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private final Set<String> seen = new HashSet<>();
      private Iterator<T> items;
      private String next;

      @Override
      public boolean hasNext() {
        if (items == null) turnTo(null);
        while (!items.hasNext() && next != null) {
          // A service that goes round in circles must not keep us for ever.
          if (!seen.add(next)) throw ConnectionException.unexpected("a new page");
          turnTo(next);
        }
        return items.hasNext();
      }

      @Override
      public T next() {
        if (hasNext()) return items.next();
        throw new NoSuchElementException();
      }

      private void turnTo(String after) {
        Page<T> page = pages.apply(after);
        items = page.items().iterator();
        next = page.next();
      }
    };
  }
}
