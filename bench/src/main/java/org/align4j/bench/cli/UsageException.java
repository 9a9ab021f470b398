package org.align4j.bench.cli;

/** The user asked for something that cannot be done: reported in one sentence, exit code 2. */
final class UsageException extends RuntimeException {

  UsageException(String message) {
    super(message);
  }

  UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
