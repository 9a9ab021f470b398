package org.align4j.algorithms.registry;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.Iterables;
import java.util.TreeMap;
import org.align4j.core.registry.NearestName;
import org.align4j.core.registry.Services;

/**
 * The implementations of an extension point, by name. One class and one line in {@code
 * META-INF/services} register a new one.
 *
 * @param <T> the extension point
 */
public final class Registry<T extends Named> {

  private final String noun;
  private final ImmutableSortedMap<String, T> byName;

  private Registry(String noun, Iterable<T> entries) {
    this.noun = noun;
    TreeMap<String, T> found = new TreeMap<>();
    for (T entry : entries) {
      String name =
          ExtensionException.guard(noun, entry.getClass().getName(), "'s name()", entry::name);
      T earlier = found.putIfAbsent(name, entry);
      checkArgument(
          earlier == null,
          "two classes are registered as %s %s: %s and %s; rename one of them",
          noun,
          name,
          earlier == null ? "" : earlier.getClass().getName(),
          entry.getClass().getName());
    }
    this.byName = ImmutableSortedMap.copyOf(found);
  }

  /**
   * Everything registered for an extension point.
   *
   * @param noun what one is called in an error, such as "advantage estimator"
   */
  public static <T extends Named> Registry<T> load(String noun, Class<T> type) {
    return new Registry<>(noun, registered(noun, type));
  }

  /** Everything registered for an extension point, beside what the library itself has. */
  public static <T extends Named> Registry<T> load(
      String noun, Class<T> type, Iterable<T> builtIn) {
    return new Registry<>(noun, Iterables.concat(builtIn, registered(noun, type)));
  }

  /** The entries given, for tests and programs that register nothing. */
  public static <T extends Named> Registry<T> of(String noun, Iterable<T> entries) {
    return new Registry<>(noun, entries);
  }

  private static <T> ImmutableList<T> registered(String noun, Class<T> type) {
    return Services.load(noun, type, ExtensionException::new);
  }

  /** Names in alphabetical order. */
  public ImmutableList<String> names() {
    return byName.keySet().asList();
  }

  /** All entries, by name. */
  public ImmutableList<T> all() {
    return byName.values().asList();
  }

  /** The entry of this name; an unknown name is answered with the nearest known one. */
  public T get(String name) {
    T entry = byName.get(name);
    if (entry == null) {
      throw new IllegalArgumentException(NearestName.unknown(noun, name, names()));
    }
    return entry;
  }
}
