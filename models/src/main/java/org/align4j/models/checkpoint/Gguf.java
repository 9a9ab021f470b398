package org.align4j.models.checkpoint;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
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
import org.align4j.core.kernel.stored.StoredFormat;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.align4j.models.text.Tokenizer;
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
 * Reads GGUF files of the families that have a {@link GgufForm}: tensors of every {@link
 * StoredFormat} become float32 parameters under Hugging Face names and in Hugging Face layout.
 */
public final class Gguf implements StoredWeights {

  private final GgufParts file;
  private final TransformerConfig config;
  private final GgufForm form;
  private final ImmutableMap<String, long[]> shapes;

  private Gguf(GgufParts file) {
    this.file = file;
    this.form = GgufConfig.form(file);
    this.config = GgufConfig.read(file, form);
    this.shapes = ParameterShapes.of(config, ModelHead.LANGUAGE);
  }

  /** Whether a file begins as GGUF files do, or is named so. */
  static boolean isNamed(Path path) {
    return path.toString().endsWith(".gguf");
  }

  /** Loads a model with its tokenizer and chat template, its weights widened to float32. */
  public static Checkpoint load(Path path) {
    try (StoredCheckpoint stored = open(path)) {
      StoredWeights weights = stored.weights();
      Map<String, INDArray> arrays = new LinkedHashMap<>();
      try {
        weights.names().forEach(name -> arrays.put(name, weights.load(name)));
      } catch (RuntimeException e) {
        arrays.values().forEach(INDArray::close);
        throw e;
      }
      return new Checkpoint(
          stored.config(), Parameters.of(arrays), stored.tokenizer(), stored.chatTemplate());
    }
  }

  /** Opens a model with its tokenizer and chat template. */
  static StoredCheckpoint open(Path path) {
    GgufParts file = GgufParts.open(path);
    try {
      return new Gguf(file).checkpoint();
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private StoredCheckpoint checkpoint() {
    GgufMetadata metadata = file.metadata();
    Tokenizer tokenizer =
        new GgufTokenizer(file.path(), metadata, config.vocabSize(), config.eosTokenIds()).read();
    String template = metadata.optionalString("tokenizer.chat_template");
    Optional<ChatTemplate> chat =
        Optional.ofNullable(template)
            .map(source -> new ChatTemplate(source, tokenizer.specialTokens()));
    checkTensors();
    return new StoredCheckpoint(config, this, Optional.of(tokenizer), chat);
  }

  private void checkTensors() {
    if (config.layers() > file.tensors().size()) {
      throw new BadFileException(
          file.path(),
          "has %s tensors for %s layers: it is not complete",
          file.tensors().size(),
          config.layers());
    }
    checkNothingIsLeftOver(shapes.keySet());
    shapes.keySet().forEach(this::tensor);
  }

  @Override
  public ImmutableList<String> names() {
    return shapes.keySet().asList();
  }

  @Override
  public long[] shape(String name) {
    return expected(name).clone();
  }

  private long[] expected(String name) {
    return checkNotNull(shapes.get(name), "no parameter named %s", name);
  }

  @Override
  public boolean isTransposed(String name) {
    return form.tensor(config, name).order() instanceof GgufTensor.Transposed;
  }

  @Override
  public StoredMatrix matrix(String name) {
    StoredTensor tensor = tensor(name);
    StoredMatrix matrix = tensor.matrix();
    FiniteWeights.check(file.path(), tensor.name(), matrix);
    return form.tensor(config, name).order() instanceof GgufTensor.Interleaved(int heads)
        ? matrix.rows(StoredTensor.unpermuted(matrix.rows(), heads))
        : matrix;
  }

  @Override
  public INDArray load(String name) {
    return FiniteWeights.checked(file.path(), fileName(name), array(name));
  }

  @Override
  public void close() {
    file.close();
  }

  private void checkNothingIsLeftOver(ImmutableSet<String> parameters) {
    Set<String> left = new TreeSet<>(file.tensors().keySet());
    Set<String> used = new LinkedHashSet<>();
    parameters.forEach(name -> used.add(fileName(name)));
    left.removeAll(used);
    left.removeAll(GgufRope.TENSORS);
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

  /** A parameter's tensor, of the shape that it should have. */
  private StoredTensor tensor(String name) {
    GgufTensor place = form.tensor(config, name);
    long[] shape = expected(name);
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
    return tensor;
  }

  private INDArray array(String name) {
    StoredTensor tensor = tensor(name);
    GgufTensor place = form.tensor(config, name);
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
    StoredFormat format = tensor.format();
    for (int r = 0; r < rows; r++) {
      format.decode(tensor.data(), format.bytes((long) r * columns), row, columns);
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
