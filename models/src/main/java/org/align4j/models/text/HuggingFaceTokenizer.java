package org.align4j.models.text;

import static com.google.common.base.Preconditions.checkArgument;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Ints;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.file.WellFormedText;

/** Any tokenizer that a {@code tokenizer.json} describes, run by Hugging Face's own library. */
public final class HuggingFaceTokenizer implements Tokenizer {

  private static final ImmutableList<String> FILES =
      ImmutableList.of(
          TokenizerFiles.TOKENIZER,
          TokenizerFiles.CONFIG,
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt");

  private final ai.djl.huggingface.tokenizers.HuggingFaceTokenizer whole;
  private final ai.djl.huggingface.tokenizers.HuggingFaceTokenizer plain;
  private final ImmutableSet<Integer> specialIds;
  private final SpecialTokens specialTokens;
  private final ImmutableList<Integer> eosIds;
  private final int vocabSize;
  private final ImmutableMap<String, byte[]> files;

  private final ImmutableList<Integer> prefixIds;
  private final ImmutableSet<Integer> byteTokens;
  private final int tail;

  HuggingFaceTokenizer(Path folder, JsonNode json, SpecialTokens specialTokens) {
    this(folder, json, specialTokens, ImmutableList.of());
  }

  HuggingFaceTokenizer(
      Path folder, JsonNode json, SpecialTokens specialTokens, ImmutableList<Integer> prefixIds) {
    Path file = folder.resolve(TokenizerFiles.TOKENIZER);
    if (DecoderJson.stripsTheEnd(json.path("decoder"))) {
      throw new BadFileException(
          file,
          "has a decoder that strips the end of a text (Strip with stop): it is not supported");
    }
    this.files = TokenizerFiles.contents(folder, FILES);
    this.specialTokens = specialTokens;
    var specials = ImmutableSet.<Integer>builder();
    var eos = ImmutableList.<Integer>builder();
    int largest = largestId(json.path("model").path("vocab"));
    for (JsonNode added : json.path("added_tokens")) {
      int id = added.path("id").asInt(-1);
      largest = Math.max(largest, id);
      if (added.path("special").asBoolean()) {
        specials.add(id);
      }
      if (specialTokens.eos().map(added.path("content").asText()::equals).orElse(false)) {
        eos.add(id);
      }
    }
    this.specialIds = specials.build();
    this.eosIds = eos.build();
    this.vocabSize = largest + 1;
    this.whole = open(file, withoutLimits(json));
    this.plain = open(file, PlainTokens.of(withoutLimits(json)));
    this.prefixIds = prefixIds;
    this.byteTokens = DecoderJson.byteTokens(json);
    this.tail = DecoderJson.tail(json);
  }

  /** Lengths are the caller's business: nothing is cut or filled up. */
  private static ObjectNode withoutLimits(JsonNode json) {
    ObjectNode copy = ((ObjectNode) json).objectNode();
    copy.setAll((ObjectNode) json);
    copy.putNull("truncation");
    copy.putNull("padding");
    return copy;
  }

  private static ai.djl.huggingface.tokenizers.HuggingFaceTokenizer open(
      Path file, ObjectNode json) {
    try (var bytes = new ByteArrayInputStream(JsonFiles.mapper().writeValueAsBytes(json))) {
      return ai.djl.huggingface.tokenizers.HuggingFaceTokenizer.newInstance(
          bytes,
          ImmutableMap.of("truncation", "false", "padding", "false", "addSpecialTokens", "false"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      throw new BadFileException(
          file,
          "is not a tokenizer that Hugging Face tokenizers reads: "
              + BadFileException.quote(String.valueOf(e.getMessage())),
          e);
    }
  }

  private static int largestId(JsonNode vocab) {
    int largest = -1;
    if (vocab.isArray()) {
      return vocab.size() - 1;
    }
    for (Iterator<JsonNode> ids = vocab.elements(); ids.hasNext(); ) {
      largest = Math.max(largest, ids.next().asInt(-1));
    }
    return largest;
  }

  @Override
  public int[] encodeChat(String rendered) {
    return ids(whole.encode(WellFormedText.of(rendered), false, false));
  }

  @Override
  public EncodedText encodeChatSpans(String rendered) {
    String text = WellFormedText.of(rendered);
    Encoding encoding = whole.encode(text, false, false);
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] starts = new int[spans.length];
    int[] ends = new int[spans.length];
    // the library counts Unicode's characters; its tokens stand in the text's order
    int at = 0;
    int characters = 0;
    for (int i = 0; i < spans.length; i++) {
      // what stands for no character, such as a byte of one, is where the token before it is
      boolean none = spans[i] == null;
      starts[i] = none ? at : text.offsetByCodePoints(at, spans[i].getStart() - characters);
      ends[i] =
          none ? at : text.offsetByCodePoints(starts[i], spans[i].getEnd() - spans[i].getStart());
      at = starts[i];
      characters = none ? characters : spans[i].getStart();
    }
    return new EncodedText(ids(encoding), starts, ends);
  }

  @Override
  public int[] encodePlain(String text) {
    return ids(plain.encode(WellFormedText.of(text), false, false));
  }

  @Override
  public ImmutableList<Integer> prefixIds() {
    return prefixIds;
  }

  @Override
  public StreamingDecoder streamingDecoder() {
    return new StreamingDecoder(this, byteTokens::contains, tail);
  }

  private static int[] ids(Encoding encoding) {
    return Arrays.stream(encoding.getIds()).mapToInt(Ints::checkedCast).toArray();
  }

  @Override
  public String decode(int[] ids) {
    for (int id : ids) {
      checkArgument(id >= 0, "token id %s: it must be at least 0", id);
    }
    return whole.decode(Arrays.stream(ids).asLongStream().toArray(), false);
  }

  @Override
  public boolean isSpecial(int id) {
    return specialIds.contains(id);
  }

  @Override
  public ImmutableList<Integer> eosIds() {
    return eosIds;
  }

  @Override
  public SpecialTokens specialTokens() {
    return specialTokens;
  }

  @Override
  public int vocabSize() {
    return vocabSize;
  }

  /** Copies the files it was read from. */
  @Override
  public void save(Path folder) {
    TokenizerFiles.write(folder, files);
  }
}
