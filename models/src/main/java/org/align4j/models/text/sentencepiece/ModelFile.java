package org.align4j.models.text.sentencepiece;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Floats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.FileException;
import org.align4j.models.text.sentencepiece.Pieces.Type;
import org.align4j.models.text.sentencepiece.SentencePieceModel.Algorithm;

/** Reads {@code tokenizer.model} ({@code sentencepiece_model.proto}). */
public final class ModelFile {

  /** Larger than any: one with 260,000 pieces has 5 MB. */
  private static final long LARGEST = 1 << 28;

  private final Path path;

  private final ImmutableList.Builder<String> texts = ImmutableList.builder();
  private final List<Float> scores = new ArrayList<>();
  private final ImmutableList.Builder<Type> types = ImmutableList.builder();

  private long algorithm = 1;
  private boolean spaceBehind;
  private int bos = 1;
  private int eos = 2;
  private int pad = -1;

  private boolean addsPrefix = true;
  private boolean removesExtraSpaces = true;
  private boolean escapesSpaces = true;
  private Optional<byte[]> characterMap = Optional.empty();

  private ModelFile(Path path) {
    this.path = path;
  }

  /** Reads a model of the kinds bpe and unigram. */
  public static SentencePieceModel read(Path path) {
    byte[] bytes;
    try {
      long size = Files.size(path);
      if (size > LARGEST) {
        throw new BadFileException(path, "has %s bytes: it is no SentencePiece model", size);
      }
      bytes = Files.readAllBytes(path);
    } catch (IOException e) {
      throw new FileException(path, e);
    }
    try {
      return new ModelFile(path).model(new ProtoReader(bytes));
    } catch (BadFileException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new BadFileException(
          path,
          "is not a SentencePiece model that can be read ("
              + BadFileException.quote(String.valueOf(e.getMessage()))
              + "): save the tokenizer as tokenizer.json (transformers: save_pretrained)",
          e);
    }
  }

  private SentencePieceModel model(ProtoReader proto) {
    while (proto.next()) {
      switch (proto.field()) {
        case 1 -> piece(proto.message());
        case 2 -> trainer(proto.message());
        case 3 -> normalizer(proto.message());
        default -> proto.skip();
      }
    }
    refuseUnless(algorithm == 1 || algorithm == 2, "cuts a text by words or characters");
    refuseUnless(escapesSpaces, "keeps spaces as they are");
    refuseUnless(!spaceBehind, "writes a space behind a word");
    var pieces = new Pieces(texts.build(), Floats.toArray(scores), types.build());
    return new SentencePieceModel(
        algorithm == 1 ? Algorithm.UNIGRAM : Algorithm.BPE,
        pieces,
        new Normalization(addsPrefix, removesExtraSpaces, characterMap),
        special(pieces, bos),
        special(pieces, eos),
        special(pieces, pad));
  }

  private void refuseUnless(boolean fine, String what) {
    if (!fine) {
      throw new BadFileException(
          path, "%s: bpe and unigram models that write a space as ▁ are supported", what);
    }
  }

  /** -1 is none; an id that is not a control piece is of a model without it. */
  private static Optional<Integer> special(Pieces pieces, int id) {
    return id >= 0 && id < pieces.size() && pieces.types().get(id) == Type.CONTROL
        ? Optional.of(id)
        : Optional.empty();
  }

  private void piece(ProtoReader proto) {
    String text = "";
    float score = 0;
    Type type = Type.NORMAL;
    while (proto.next()) {
      switch (proto.field()) {
        case 1 -> text = proto.string();
        case 2 -> score = proto.float32();
        case 3 -> type = Type.of(proto.integer());
        default -> proto.skip();
      }
    }
    texts.add(text);
    scores.add(score);
    types.add(type);
  }

  private void trainer(ProtoReader proto) {
    while (proto.next()) {
      switch (proto.field()) {
        case 3 -> algorithm = proto.integer();
        case 24 -> spaceBehind = proto.integer() != 0;
        case 41 -> bos = (int) proto.integer();
        case 42 -> eos = (int) proto.integer();
        case 43 -> pad = (int) proto.integer();
        default -> proto.skip();
      }
    }
  }

  private void normalizer(ProtoReader proto) {
    while (proto.next()) {
      switch (proto.field()) {
        case 2 -> {
          byte[] map = proto.bytes();
          characterMap = map.length == 0 ? Optional.empty() : Optional.of(map);
        }
        case 3 -> addsPrefix = proto.integer() != 0;
        case 4 -> removesExtraSpaces = proto.integer() != 0;
        case 5 -> escapesSpaces = proto.integer() != 0;
        default -> proto.skip();
      }
    }
  }
}
