package org.align4j.algorithms.train.codec;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.align4j.algorithms.data.PreferencePair;
import org.align4j.models.policy.TokenSequence;

/** Preference pairs as a model reads them. */
public final class PairSequences {

  private PairSequences() {}

  /** Two sequences a pair: all chosen responses, then all rejected ones, {@code [2B]}. */
  public static ImmutableList<TokenSequence> of(PromptCodec codec, List<PreferencePair> pairs) {
    checkArgument(!pairs.isEmpty(), "there are no pairs");
    ImmutableList.Builder<TokenSequence> chosen = ImmutableList.builder();
    ImmutableList.Builder<TokenSequence> rejected = ImmutableList.builder();
    for (PreferencePair pair : pairs) {
      int[] prompt = codec.encode(pair.prompt());
      chosen.add(new TokenSequence(prompt, codec.encodeResponse(pair.chosen())));
      rejected.add(new TokenSequence(prompt, codec.encodeResponse(pair.rejected())));
    }
    return chosen.addAll(rejected.build()).build();
  }
}
