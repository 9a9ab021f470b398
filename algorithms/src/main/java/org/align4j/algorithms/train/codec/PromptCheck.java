package org.align4j.algorithms.train.codec;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.align4j.algorithms.data.BadLines;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.algorithms.data.Prompt;
import org.align4j.algorithms.data.Prompts;
import org.align4j.algorithms.data.TextPair;
import org.align4j.models.policy.Policy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out before a run what a model could not take in the middle of it: every prompt is put
 * through the template and the tokenizer. A prompt must leave room for one token; a response that
 * then reaches the model's last position ends there, as in vLLM and transformers, and a warning
 * says how many may.
 */
public final class PromptCheck {

  private static final Logger LOG = LoggerFactory.getLogger(PromptCheck.class);

  private final PromptCodec codec;
  private final int maxPositions;

  /**
   * A check.
   *
   * @param maxPositions tokens of a sequence, prompt and response together
   */
  public PromptCheck(PromptCodec codec, int maxPositions) {
    this.codec = codec;
    this.maxPositions = maxPositions;
  }

  /** The check of a policy with its own tokenizer and template. */
  public static PromptCheck of(Policy policy) {
    return new PromptCheck(ModelCodec.of(policy), policy.config().maxPositions());
  }

  /** The same check for sequences that are to be shorter still. */
  public PromptCheck withMaxLength(int tokens) {
    return new PromptCheck(codec, Math.min(maxPositions, tokens));
  }

  /**
   * The prompts that the model can take, read again as they are asked for. What a check has passed
   * is not encoded again.
   *
   * @param maxNewTokens longest response, for the warning
   * @param badLines whether a prompt that cannot be used is left out with a warning, or refused
   * @throws IllegalArgumentException naming the first bad prompt, or where none is left
   */
  public Prompts usable(Prompts prompts, int maxNewTokens, BadLines badLines) {
    if (prompts instanceof Checked checked && checked.maxPositions <= maxPositions) {
      return prompts;
    }
    Tally tally = new Tally(badLines, maxPositions - maxNewTokens);
    ImmutableIntArray.Builder kept = ImmutableIntArray.builder();
    for (int i = 0; i < prompts.size(); i++) {
      if (tally.keeps(prompts.get(i).id(), lengthOf(prompts.get(i)))) {
        kept.add(i);
      }
    }
    tally.close("prompts", "their responses end there, if they come to it");
    return new Checked(prompts, kept.build(), maxPositions);
  }

  /**
   * The examples that the model can be trained on. A response that is too long is cut at the
   * model's last position, and so loses the token that ends it; a warning says how many are.
   *
   * @throws IllegalArgumentException naming the first bad example, or where none is left
   */
  public List<TextPair> usableExamples(List<TextPair> examples, BadLines badLines) {
    Tally tally = new Tally(badLines, maxPositions);
    List<TextPair> kept = new ArrayList<>();
    for (TextPair example : examples) {
      if (tally.keeps(example.prompt().id(), lengthOf(example))) {
        kept.add(example);
      }
    }
    tally.close("examples", "their responses are cut there");
    return kept;
  }

  /**
   * The pairs whose two responses the model can take whole: a cut one would be another answer than
   * was preferred.
   *
   * @throws IllegalArgumentException naming the first bad pair, or where none is left
   */
  public List<PreferencePair> usablePairs(List<PreferencePair> pairs, BadLines badLines) {
    Tally tally = new Tally(badLines, maxPositions);
    List<PreferencePair> kept = new ArrayList<>();
    for (PreferencePair pair : pairs) {
      Length prompt = lengthOf(pair.prompt());
      Length chosen = whole("chosen", prompt.plus(responseOf(pair.chosen())));
      Length rejected = whole("rejected", prompt.plus(responseOf(pair.rejected())));
      if (tally.keeps(pair.prompt().id(), chosen.complaint().isPresent() ? chosen : rejected)) {
        kept.add(pair);
      }
    }
    tally.close("pairs", "");
    return kept;
  }

  /** What is wrong with the ids of a prompt, in a sentence without a subject. */
  public Optional<String> complaint(int[] ids) {
    if (ids.length == 0) {
      return Optional.of("has no token: write something");
    }
    if (ids.length >= maxPositions) {
      return Optional.of(
          "has %s tokens, of at most %s with the response: shorten it"
              .formatted(ids.length, maxPositions));
    }
    return Optional.empty();
  }

  /** Tokens of a prompt or example, and what is wrong with it. */
  private record Length(int tokens, Optional<String> complaint) {

    Length plus(Length response) {
      return new Length(tokens + response.tokens, complaint.or(response::complaint));
    }
  }

  private Length lengthOf(Prompt prompt) {
    return encoded("", () -> codec.encode(prompt), this::complaint);
  }

  private Length lengthOf(TextPair example) {
    if (example.turn().isEmpty()) {
      return lengthOf(example.prompt()).plus(responseOf(example.response()));
    }
    LabelledTokens[] found = new LabelledTokens[1];
    return encoded(
        "",
        () -> {
          found[0] = codec.example(example);
          return found[0].ids();
        },
        ids -> complaint(found[0]));
  }

  /** What is wrong with a conversation: the first thing to learn must have a place. */
  private Optional<String> complaint(LabelledTokens example) {
    int first = example.first();
    return first == example.ids().length
        ? Optional.of("has no token to learn: the chat template marks none as the assistant's")
        : complaint(Arrays.copyOf(example.ids(), first));
  }

  private Length responseOf(String response) {
    return encoded("response: ", () -> codec.encodeResponse(response), ids -> Optional.empty());
  }

  private static Length encoded(
      String part, Supplier<int[]> encode, Function<int[], Optional<String>> complaint) {
    try {
      int[] ids = encode.get();
      return new Length(ids.length, complaint.apply(ids));
    } catch (RuntimeException e) {
      String said = e.getMessage() == null ? e.toString() : e.getMessage();
      return new Length(0, Optional.of("cannot be encoded: " + part + said));
    }
  }

  private Length whole(String which, Length length) {
    return length.complaint().isEmpty() && length.tokens() > maxPositions
        ? new Length(
            length.tokens(),
            Optional.of(
                "has %s tokens with the %s response, of at most %s: shorten them"
                    .formatted(length.tokens(), which, maxPositions)))
        : length;
  }

  /** What was kept, what left out, and what leaves little room. */
  private final class Tally {
    private final BadLines badLines;
    private final int roomy;
    private int kept;
    private int bad;
    private int tight;
    private String firstBad = "";
    private String firstTight = "";

    Tally(BadLines badLines, int roomy) {
      this.badLines = badLines;
      this.roomy = roomy;
    }

    boolean keeps(String id, Length length) {
      if (length.complaint().isPresent()) {
        String sentence = id + " " + length.complaint().get();
        checkArgument(
            badLines == BadLines.SKIP, "%s; or leave such lines out (--skip-bad-lines)", sentence);
        firstBad = bad++ == 0 ? sentence : firstBad;
        return false;
      }
      kept++;
      if (length.tokens() > roomy) {
        firstTight = tight++ == 0 ? id : firstTight;
      }
      return true;
    }

    void close(String what, String consequence) {
      checkArgument(kept > 0, "none of the %s can be used; the first: %s", what, firstBad);
      if (bad > 0) {
        LOG.warn("{} of {} {} left out; the first: {}", bad, bad + kept, what, firstBad);
      }
      if (tight > 0) {
        LOG.warn(
            "{} of {} {} (the first is {}) may go beyond the {} positions there are: {}",
            tight,
            kept,
            what,
            firstTight,
            maxPositions,
            consequence);
      }
    }
  }

  /** Prompts that a check has passed. */
  private record Checked(Prompts prompts, ImmutableIntArray kept, int maxPositions)
      implements Prompts {
    @Override
    public int size() {
      return kept.length();
    }

    @Override
    public Prompt get(int index) {
      return prompts.get(kept.get(index));
    }

    @Override
    public Prompts slice(int from, int to) {
      return new Checked(prompts, kept.subArray(from, to), maxPositions);
    }
  }
}
