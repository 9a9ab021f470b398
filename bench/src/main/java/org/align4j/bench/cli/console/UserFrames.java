package org.align4j.bench.cli.console;

import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Stream;

/** Where in a user's own classes something was thrown: their lines of a stack trace, not ours. */
final class UserFrames {

  private static final int MOST = 8;

  private UserFrames() {}

  /** The lines of all causes, the first cause first. */
  static ImmutableList<String> of(Throwable failure) {
    ImmutableList.Builder<String> lines = ImmutableList.builder();
    List<Throwable> chain = Throwables.getCausalChain(failure);
    for (Throwable cause : chain.subList(1, chain.size())) {
      if (cause != chain.get(1)) {
        lines.add("caused by " + cause);
      }
      frames(cause.getStackTrace()).limit(MOST).map(UserFrames::line).forEach(lines::add);
    }
    return lines.build();
  }

  private static Stream<StackTraceElement> frames(StackTraceElement[] trace) {
    boolean loaded = Stream.of(trace).anyMatch(UserFrames::isUsers);
    return loaded
        ? Stream.of(trace).filter(UserFrames::isUsers)
        : Stream.of(trace).takeWhile(frame -> !frame.getClassName().startsWith("org.align4j."));
  }

  private static String line(StackTraceElement frame) {
    return "\tat %s.%s(%s:%s)"
        .formatted(
            frame.getClassName(),
            frame.getMethodName(),
            frame.getFileName(),
            frame.getLineNumber());
  }

  private static boolean isUsers(StackTraceElement frame) {
    return UserClasspath.LOADER.equals(frame.getClassLoaderName());
  }
}
