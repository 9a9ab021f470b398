package org.align4j.core.registry;

import com.google.common.collect.ImmutableList;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.BiFunction;

/** Makes what {@code META-INF/services} names, and says in a sentence why it cannot. */
public final class Services {

  private Services() {}

  /**
   * All that is registered for an extension point on the class path of this thread.
   *
   * @param noun what one is called in an error, such as "model family"
   * @param failure the exception for a constructor that throws, of a sentence and what was thrown
   * @throws IllegalArgumentException for an entry that is no class of this kind, or cannot be
   *     loaded
   */
  public static <T> ImmutableList<T> load(
      String noun,
      Class<T> type,
      BiFunction<String, Throwable, ? extends RuntimeException> failure) {
    ImmutableList.Builder<T> found = ImmutableList.builder();
    try {
      Iterator<T> entries = ServiceLoader.load(type).iterator();
      while (entries.hasNext()) {
        found.add(entries.next());
      }
    } catch (ServiceConfigurationError e) {
      String said = String.valueOf(e.getMessage()).replace(type.getName() + ": ", "");
      Throwable cause = e.getCause();
      if (cause instanceof ClassNotFoundException || cause instanceof NoClassDefFoundError) {
        throw new IllegalArgumentException(missing(noun, String.valueOf(cause.getMessage())), e);
      }
      if (cause != null && !(cause instanceof ReflectiveOperationException)) {
        throw failure.apply("%s: %s".formatted(noun, said), initial(cause));
      }
      throw new IllegalArgumentException(
          "%s: %s: META-INF/services/%s must name public classes with a public constructor without"
                  .formatted(noun, said, type.getName())
              + " arguments that implement it",
          e);
    } catch (UnsupportedClassVersionError e) {
      throw new IllegalArgumentException(
          "%s: %s: compile it with --release %s"
              .formatted(noun, e.getMessage(), Runtime.version().feature()),
          e);
    } catch (LinkageError e) {
      throw new IllegalArgumentException(missing(noun, String.valueOf(e.getMessage())), e);
    }
    return found.build();
  }

  private static Throwable initial(Throwable thrown) {
    Throwable cause = thrown.getCause();
    return thrown instanceof ExceptionInInitializerError && cause != null ? cause : thrown;
  }

  private static String missing(String noun, String what) {
    return "%s: a registered class needs %s, which is not there: put its jar on the class path too"
        .formatted(noun, what.replace('/', '.'));
  }
}
