package org.align4j.models.text.sentencepiece;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Optional;
import org.align4j.models.text.sentencepiece.Pieces.Type;

/**
 * A SentencePiece model.
 *
 * @param algorithm how it cuts
 * @param pieces its vocabulary
 * @param normalization how it prepares a text
 * @param bos the piece at the beginning of a sequence, if it has one
 * @param eos the one at its end, if it has one
 * @param pad the one beside it, if it has one
 */
public record SentencePieceModel(
    Algorithm algorithm,
    Pieces pieces,
    Normalization normalization,
    Optional<Integer> bos,
    Optional<Integer> eos,
    Optional<Integer> pad) {

  /** Ways of cutting. */
  public enum Algorithm {
    UNIGRAM,
    BPE
  }

  public SentencePieceModel {
    for (Optional<Integer> id : List.of(bos, eos, pad)) {
      checkArgument(
          id.isEmpty() || (id.get() >= 0 && id.get() < pieces.size()),
          "special piece %s: there are %s pieces",
          id.orElse(-1),
          pieces.size());
    }
    checkArgument(
        !algorithm.equals(Algorithm.UNIGRAM) || pieces.types().contains(Type.NORMAL),
        "there is no ordinary piece");
  }

  /** The same model, with a space before a text or without. */
  public SentencePieceModel withPrefix(boolean addsPrefix) {
    var changed =
        new Normalization(
            addsPrefix, normalization.removesExtraSpaces(), normalization.characterMap());
    return new SentencePieceModel(algorithm, pieces, changed, bos, eos, pad);
  }

  /** What cuts its texts. */
  public Segmenter segmenter() {
    return switch (algorithm) {
      case UNIGRAM -> new UnigramSegmenter(pieces);
      case BPE -> new BpeSegmenter(pieces);
    };
  }

  /** The id of what no piece has, if there is one. */
  public Optional<Integer> unknown() {
    int id = pieces.types().indexOf(Type.UNKNOWN);
    return id < 0 ? Optional.empty() : Optional.of(id);
  }
}
