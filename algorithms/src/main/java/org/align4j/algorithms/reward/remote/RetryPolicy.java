package org.align4j.algorithms.reward.remote;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * How often a request is retried, and after which pauses: after a connection that failed, a
 * time-out, and the answers 408, 425, 429 and 500 to 504. The wait doubles each time; a server's
 * {@code Retry-After} counts where it is longer.
 *
 * @param attempts all of them, the first included
 * @param timeout of one attempt, until its answer is there in full
 * @param firstWait before the second attempt
 * @param longestWait no wait is longer, whatever the server asks for
 */
public record RetryPolicy(
    int attempts, Duration timeout, Duration firstWait, Duration longestWait) {

  /** Five attempts of a minute each; waits from half a second to half a minute. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(5, Duration.ofMinutes(1), Duration.ofMillis(500), Duration.ofSeconds(30));

  /** Checks every field. */
  public RetryPolicy {
    checkArgument(attempts >= 1, "attempts is %s: it must be at least 1", attempts);
    checkArgument(timeout.isPositive(), "timeout is %s: it must be above 0", timeout);
    checkArgument(
        !firstWait.isNegative() && firstWait.compareTo(longestWait) <= 0,
        "firstWait is %s: it must be in [0, longestWait %s]",
        firstWait,
        longestWait);
  }

  /** The same with another number of attempts. */
  public RetryPolicy withAttempts(int value) {
    return new RetryPolicy(value, timeout, firstWait, longestWait);
  }

  /** The same with another time for an attempt. */
  public RetryPolicy withTimeout(Duration value) {
    return new RetryPolicy(attempts, value, firstWait, longestWait);
  }

  /** The wait after this many attempts, at least what the server asked for. */
  Duration wait(int attempt, Duration asked) {
    double doubled = firstWait.toMillis() * Math.pow(2, attempt - 1);
    long own = (long) Math.min(doubled, longestWait.toMillis());
    return Duration.ofMillis(Math.min(longestWait.toMillis(), Math.max(own, asked.toMillis())));
  }
}
