package org.align4j.algorithms.preference;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.align4j.algorithms.data.Message;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.train.codec.PairSequences;
import org.align4j.algorithms.train.codec.PromptCodec;
import org.align4j.models.policy.TokenSequence;

/**
 * Pairs to train on and pairs to judge by, without a prompt in common.
 *
 * @param training without those whose prompt is held out
 * @param heldOut to judge by
 * @param tooLong pairs left out because a sequence is too long
 * @param shared pairs left out of the training because their prompt is held out
 */
public record PairSplit(
    ImmutableList<PreferencePair> training,
    ImmutableList<PreferencePair> heldOut,
    int tooLong,
    int shared) {

  /**
   * Splits pairs. Those of a sequence above {@code maxLength} are left out, as TRL's {@code
   * reward_trainer.py} does: what is cut off a response may be what made it better.
   *
   * @param size pairs to hold out
   * @param maxLength most tokens of prompt and response together
   */
  public static PairSplit of(
      List<PreferencePair> pairs, int size, PromptCodec codec, int maxLength) {
    checkArgument(size >= 0, "%s pairs cannot be held out", size);
    List<PreferencePair> fitting =
        pairs.stream().filter(pair -> fits(pair, codec, maxLength)).toList();
    checkArgument(
        fitting.size() > size,
        "%s of the %s pairs have at most %s tokens and %s are to be held out: give more pairs,"
            + " allow longer ones or hold out fewer",
        fitting.size(),
        pairs.size(),
        maxLength,
        size);
    int from = fitting.size() - size;
    return of(
        fitting.subList(0, from),
        fitting.subList(from, from + size),
        pairs.size() - fitting.size());
  }

  /**
   * The same with held-out pairs of their own.
   *
   * @param others to hold out
   * @param size most of them
   */
  public static PairSplit of(
      List<PreferencePair> pairs,
      List<PreferencePair> others,
      int size,
      PromptCodec codec,
      int maxLength) {
    List<PreferencePair> fitting =
        pairs.stream().filter(pair -> fits(pair, codec, maxLength)).toList();
    List<PreferencePair> heldOut =
        others.stream().filter(pair -> fits(pair, codec, maxLength)).limit(size).toList();
    checkArgument(
        !fitting.isEmpty() && !heldOut.isEmpty(),
        "of %s pairs to train on and %s to hold out, %s and %s have at most %s tokens: allow longer"
            + " ones",
        pairs.size(),
        others.size(),
        fitting.size(),
        heldOut.size(),
        maxLength);
    return of(fitting, heldOut, pairs.size() - fitting.size());
  }

  private static PairSplit of(
      List<PreferencePair> candidates, List<PreferencePair> heldOut, int tooLong) {
    Set<ImmutableList<Message>> prompts = new HashSet<>();
    heldOut.forEach(pair -> prompts.add(pair.prompt().messages()));
    ImmutableList<PreferencePair> training =
        candidates.stream()
            .filter(pair -> !prompts.contains(pair.prompt().messages()))
            .collect(ImmutableList.toImmutableList());
    checkArgument(
        !training.isEmpty(),
        "every pair to train on has the prompt of one of the %s held out: hold out fewer",
        heldOut.size());
    return new PairSplit(
        training, ImmutableList.copyOf(heldOut), tooLong, candidates.size() - training.size());
  }

  private static boolean fits(PreferencePair pair, PromptCodec codec, int maxLength) {
    return PairSequences.of(codec, List.of(pair)).stream()
        .mapToInt(TokenSequence::length)
        .allMatch(length -> length <= maxLength);
  }
}
