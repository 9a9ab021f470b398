package org.align4j.algorithms.run.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import org.align4j.algorithms.settings.input.TrainInput;
import org.align4j.models.checkpoint.StoredCheckpoint;
import org.align4j.models.policy.Policy;
import org.align4j.models.policy.Reference;
import org.align4j.models.text.Tokenizer;

/** The model that a policy is kept close to: a teacher's, or its own of the beginning. */
public final class Teacher {

  private Teacher() {}

  /**
   * The teacher that the input names, else the policy as it is now.
   *
   * @throws IllegalArgumentException for a teacher of another tokenizer
   */
  public static Reference orSelf(TrainInput input, Policy policy) {
    if (input.teacher().isEmpty()) {
      return Reference.of(policy);
    }
    Path path = Path.of(input.teacher().get());
    StoredCheckpoint checkpoint = StoredCheckpoint.open(path);
    try {
      check(path, checkpoint, policy);
      return Reference.of(checkpoint, policy.engine(), policy.network().resources());
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  /** A token must be the same to both: id by id. */
  private static void check(Path path, StoredCheckpoint checkpoint, Policy policy) {
    Tokenizer own = policy.tokenizer();
    Tokenizer other =
        checkpoint
            .tokenizer()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "the teacher %s has no tokenizer: it must be the policy's".formatted(path)));
    checkArgument(
        own.vocabSize() == other.vocabSize(),
        "the teacher %s has a tokenizer of %s ids, the policy one of %s: they must be the same",
        path,
        other.vocabSize(),
        own.vocabSize());
    for (int id = 0; id < own.vocabSize(); id++) {
      String here = own.decode(new int[] {id});
      String there = other.decode(new int[] {id});
      checkArgument(
          here.equals(there),
          "id %s is %s to the teacher %s and %s to the policy: their tokenizers must be the same",
          id,
          there,
          path,
          here);
    }
  }
}
