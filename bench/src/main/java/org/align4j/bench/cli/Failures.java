package org.align4j.bench.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.align4j.core.engine.NotFiniteException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what a command threw into one sentence and an exit code. */
final class Failures {

  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /**
   * Checks of options and files: what they throw is the user's to mend, so it ends with exit code
   * 2.
   */
  static <T> T usage(Check<T> check) {
    try {
      return check.run();
    } catch (UsageException e) {
      throw e;
    } catch (IllegalArgumentException | NullPointerException e) {
      if (e.getCause() instanceof NotFiniteException) {
        // The model is what the user meant, and bad: no usage can mend it.
        throw e;
      }
      throw new UsageException(sentence(e), e);
    } catch (IOException | UncheckedIOException e) {
      throw new UsageException(sentence(e), e);
    }
  }

  /** Prints the sentence; answers 2 for bad usage and 1 for a failed run. */
  static int report(Exception failure, Console console) {
    console.error(sentence(failure));
    if (failure instanceof UsageException) {
      return 2;
    }
    log.debug("the run failed", failure);
    if (!(failure instanceof IllegalArgumentException
        || failure instanceof NotFiniteException
        || failure instanceof IOException
        || failure instanceof UncheckedIOException)) {
      failure.printStackTrace(console.log());
    }
    return 1;
  }

  private static String sentence(Throwable failure) {
    Throwable cause =
        failure instanceof UncheckedIOException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof NoSuchFileException missing) {
      return missing.getFile() + ": there is no such file or folder";
    }
    if (cause instanceof FileSystemException file && file.getReason() == null) {
      return file.getFile() + ": " + file.getClass().getSimpleName();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  /** A check that may throw. */
  interface Check<T> {
    T run() throws IOException;
  }
}
