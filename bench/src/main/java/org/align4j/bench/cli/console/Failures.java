package org.align4j.bench.cli.console;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.align4j.algorithms.registry.ExtensionException;
import org.align4j.algorithms.reward.RewardException;
import org.align4j.algorithms.run.RunStoppedException;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.file.FileException;
import org.align4j.core.runtime.UnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what a command threw into one sentence and an exit code. */
public final class Failures {

  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /**
   * OptionChecks of options and files: what they throw is the user's to mend, so it ends with exit
   * code 2.
   */
  public static <T> T usage(Check<T> check) {
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

  /**
   * Prints the sentence; answers 2 for bad usage and 1 for a failed run. A stack trace follows only
   * where the fault is ours; of a user's class, its own lines.
   */
  public static int report(Throwable failure, Console console) {
    String memory = OutOfMemory.sentence(failure);
    if (!memory.isEmpty()) {
      console.error(memory);
      return 1;
    }
    for (Throwable cause : Throwables.getCausalChain(failure)) {
      if (cause instanceof UnavailableException unavailable) {
        console.error(unavailable.sentence());
        return 1;
      }
    }
    console.error(sentence(failure));
    if (failure instanceof UsageException) {
      return 2;
    }
    log.debug("the run failed", failure);
    if (failure instanceof ExtensionException || failure instanceof RewardException) {
      UserFrames.of(failure).forEach(console.log()::println);
    } else if (!(failure instanceof IllegalArgumentException
        || failure instanceof NotFiniteException
        || failure instanceof RunStoppedException
        || failure instanceof IOException
        || failure instanceof UncheckedIOException)) {
      console.log().print(Throwables.getStackTraceAsString(failure));
    }
    return 1;
  }

  /** What went wrong, for the user. */
  public static String sentence(Throwable failure) {
    if (failure instanceof IOException io) {
      return FileException.sentence(io);
    }
    if (failure instanceof UncheckedIOException unchecked
        && !(failure instanceof FileException)
        && unchecked.getCause() != null) {
      String reason = FileException.sentence(unchecked.getCause());
      String said = unchecked.getMessage();
      boolean own = said != null && !said.equals(unchecked.getCause().toString());
      return own ? said + " (" + reason + ")" : reason;
    }
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /** A check that may throw. */
  public interface Check<T> {
    T run() throws IOException;
  }
}
