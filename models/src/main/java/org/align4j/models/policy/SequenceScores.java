package org.align4j.models.policy;

import org.align4j.core.engine.Network;
import org.align4j.core.engine.NotFiniteException;
import org.align4j.core.engine.Scores;

/**
 * What a network answered for packed sequences, back in rows and columns; 0 where a sequence has no
 * token.
 *
 * @param outputs {@code [B][T]}: log-probs of the response tokens (language head), or values of the
 *     states before them (scalar head)
 * @param entropy {@code [B][T]} in nats; all 0 for a scalar head
 */
public record SequenceScores(float[][] outputs, float[][] entropy) {

  /** Scores all micro-batches; scores that are not finite are refused. */
  public static SequenceScores of(Network network, PackedSequences packed) {
    float[][] outputs = packed.zeros();
    float[][] entropy = packed.zeros();
    for (MicroBatch batch : packed.batches()) {
      Scores scores = network.score(batch.batch());
      NotFiniteException.checkScores(scores.outputs());
      batch.scatter(scores.outputs(), outputs);
      if (scores.entropy().length > 0) {
        batch.scatter(scores.entropy(), entropy);
      }
    }
    return new SequenceScores(outputs, entropy);
  }
}
