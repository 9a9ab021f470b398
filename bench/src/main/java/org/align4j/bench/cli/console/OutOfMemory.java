package org.align4j.bench.cli.console;

import com.google.common.base.Throwables;
import java.util.regex.Pattern;

/** Recognises that memory ran out, whoever says so, and what helps. */
final class OutOfMemory {

  /** As the C++ library, ND4J and the loader of shared libraries say it. */
  private static final Pattern NATIVE =
      Pattern.compile(
          "bad_alloc|cannot allocate|allocation failed|out of memory|failed to map segment",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern HEAP = Pattern.compile("heap space|GC overhead|array size");
  private static final long MEBI = 1L << 20;

  private OutOfMemory() {}

  /** One sentence with the remedy; empty where it is something else that failed. */
  static String sentence(Throwable failure) {
    for (Throwable cause : Throwables.getCausalChain(failure)) {
      String said = String.valueOf(cause.getMessage());
      if (cause instanceof OutOfMemoryError && HEAP.matcher(said).find()) {
        return "out of memory: %s, of %s MiB: allow more, such as ALIGN4J_JAVA_OPTS=-Xmx%sm"
            .formatted(said, heap(), 2 * heap());
      }
      if (said.startsWith("ulimit")) {
        return said
            + ": allow more, or take less heap, ALIGN4J_JAVA_OPTS='-Xms64m"
            + " -Xmx512m -XX:CompressedClassSpaceSize=128m'";
      }
      if (cause instanceof OutOfMemoryError || (isNative(cause) && NATIVE.matcher(said).find())) {
        return ("out of memory outside the Java heap, where weights, gradients and caches are (%s):"
                + " take fewer prompts or samples at once, shorter responses or a smaller model, or"
                + " allow more memory")
            .formatted(said);
      }
    }
    return "";
  }

  private static boolean isNative(Throwable cause) {
    return cause instanceof UnsatisfiedLinkError
        || (cause instanceof RuntimeException
            && !(cause instanceof IllegalArgumentException)
            && !(cause instanceof UsageException));
  }

  private static long heap() {
    return Runtime.getRuntime().maxMemory() / MEBI;
  }
}
