package org.align4j.algorithms.registry;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A registered class threw, or answered what it must not. The message names it by its registered
 * name and says what it was asked; the cause is what it threw, if it did.
 */
public final class ExtensionException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** It answered what it must not. */
  public ExtensionException(String message) {
    super(message);
  }

  /** It threw. */
  public ExtensionException(String message, Throwable cause) {
    super(message + ": " + cause, cause);
  }

  /** A call into a registered class. */
  @FunctionalInterface
  public interface Call<R> {
    /** Calls it. */
    R run();
  }

  /**
   * Calls a registered class.
   *
   * @param noun what it is, such as "policy loss"
   * @param name its registered name
   * @throws ExtensionException where it throws or answers null
   */
  public static <R> R guard(String noun, String name, Call<R> call) {
    return guard(noun, name, "", call);
  }

  /**
   * Calls a registered class.
   *
   * @param asked goes on after "policy loss my-loss failed" or "answered null"
   */
  public static <R> R guard(String noun, String name, String asked, Call<R> call) {
    R answer;
    try {
      answer = call.run();
    } catch (ExtensionException e) {
      throw e;
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      throw new ExtensionException("%s %s failed%s".formatted(noun, name, asked), e);
    }
    if (answer == null) {
      throw new ExtensionException("%s %s answered null%s".formatted(noun, name, asked));
    }
    return answer;
  }

  /**
   * An array that a registered class answered.
   *
   * @param field which of its arrays, with a blank before it; empty where there is one
   * @throws ExtensionException where it is null or its shape is not the expected one's
   */
  public static INDArray shaped(
      String noun, String name, String field, @Nullable INDArray answer, INDArray expected) {
    if (answer == null || !Arrays.equals(answer.shape(), expected.shape())) {
      throw new ExtensionException(
          "%s %s answered%s %s: it must be %s"
              .formatted(
                  noun,
                  name,
                  field,
                  answer == null ? null : Arrays.toString(answer.shape()),
                  Arrays.toString(expected.shape())));
    }
    return answer;
  }
}
