package org.align4j.models.checkpoint;

import com.google.common.collect.ImmutableSet;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.align4j.core.file.BadFileException;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.text.chat.ChatTemplate;
import org.align4j.models.transformer.GgufForm;
import org.align4j.models.transformer.GgufTensor;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.ParameterShapes;
import org.align4j.models.transformer.TransformerConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reads GGUF files of the families that have a {@link GgufForm}: tensors of every {@link Encoding}
 * become float32 parameters under Hugging Face names and in Hugging Face layout.
 */
public final class Gguf {

  private final GgufParts file;
  private final TransformerConfig config;
  private final GgufForm form;

  private Gguf(GgufParts file) {
    this.file = file;
    this.config = GgufConfig.read(file);
    this.form = config.family().gguf().orElseThrow();
  }

  /** Whether a file begins as GGUF files do, or is named so. */
  static boolean isNamed(Path path) {
    return path.toString().endsWith(".gguf");
  }

  /** Loads a model with its tokenizer and chat template. */
  public static Checkpoint load(Path path) {
    try (GgufParts file = GgufParts.open(path)) {
      return new Gguf(file).checkpoint();
    }
  }

  private Checkpoint checkpoint() {
    GgufMetadata metadata = file.metadata();
    var tokenizer = new GgufTokenizer(file.path(), metadata, config).read();
    String template = metadata.optionalString("tokenizer.chat_template");
    Optional<ChatTemplate> chat =
        Optional.ofNullable(template)
            .map(source -> new ChatTemplate(source, tokenizer.specialTokens()));
    return new Checkpoint(config, parameters(), Optional.of(tokenizer), chat);
  }

  private Parameters parameters() {
    if (config.layers() > file.tensors().size()) {
      throw new BadFileException(
          file.path(),
          "has %s tensors for %s layers: it is not complete",
          file.tensors().size(),
          config.layers());
    }
    var shapes = ParameterShapes.of(config, ModelHead.LANGUAGE);
    checkNothingIsLeftOver(shapes.keySet());
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    try {
      shapes.forEach((name, shape) ->
          arrays.put(name, FiniteWeights.checked(file.path(), fileName(name), array(name, shape))));
    } catch (RuntimeException e) {
      arrays.values().forEach(INDArray::close);
      throw e;
    }
    return Parameters.of(arrays);
  }

  private void checkNothingIsLeftOver(ImmutableSet<String> parameters) {
    Set<String> left = new TreeSet<>(file.tensors().keySet());
    Set<String> used = new LinkedHashSet<>();
    parameters.forEach(name -> used.add(fileName(name)));
    left.removeAll(used);
    left.remove(GgufConfig.ROPE_FACTORS);
    if (config.tieWordEmbeddings()) {
      left.remove(GgufConfig.HEAD);
    }
    if (!left.isEmpty()) {
      throw new BadFileException(
          file.path(),
          "has tensor %s, which a %s model does not have: it is of another kind than"
              + " general.architecture says",
          BadFileException.quote(left.iterator().next()),
          config.family().modelType());
    }
  }

  private INDArray array(String name, long[] shape) {
    GgufTensor place = form.tensor(config, name);
    boolean transposed = place.order() instanceof GgufTensor.Transposed;
    long[] expected = transposed ? new long[] {shape[1], shape[0]} : shape;
    StoredTensor tensor = file.tensors().get(place.name());
    if (tensor == null) {
      throw new BadFileException(
          file.path(), "has no tensor %s: it is not a complete model", place.name());
    }
    if (!Arrays.equals(tensor.shape(), expected)) {
      throw new BadFileException(
          file.path(),
          "tensor %s is %s, its metadata say %s: the file is damaged",
          place.name(),
          Arrays.toString(tensor.shape()),
          Arrays.toString(expected));
    }
    return switch (place.order()) {
      case GgufTensor.AsIs() -> tensor.load();
      case GgufTensor.Transposed() -> transpose(tensor);
      case GgufTensor.OneMore() -> tensor.load().subi(1);
      case GgufTensor.Interleaved(int heads) -> tensor.loadUnpermuted(heads);
    };
  }

  private static INDArray transpose(StoredTensor tensor) {
    int rows = (int) tensor.shape()[0];
    int columns = (int) tensor.shape()[1];
    INDArray turned = Nd4j.createUninitialized(DataType.FLOAT, new long[] {columns, rows}, 'c');
    MemorySegment to = StoredTensor.memory(turned);
    float[] row = new float[columns];
    Encoding encoding = tensor.encoding();
    for (int r = 0; r < rows; r++) {
      encoding.decodeBlocks(
          tensor.data(),
          encoding.bytes((long) r * columns),
          row,
          columns / encoding.blockElements());
      for (int c = 0; c < columns; c++) {
        to.setAtIndex(ValueLayout.JAVA_FLOAT, (long) c * rows + r, row[c]);
      }
    }
    return turned;
  }

  private String fileName(String name) {
    return form.tensor(config, name).name();
  }
}
