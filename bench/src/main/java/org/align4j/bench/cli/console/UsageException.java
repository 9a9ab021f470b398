package org.align4j.bench.cli.console;

/** The user asked for something that cannot be done: reported in one sentence, exit code 2. */
public final class UsageException extends RuntimeException {

  public UsageException(String message) {
    super(message);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
