package org.align4j.models.checkpoint;

import static com.google.common.base.Preconditions.checkNotNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.kernel.stored.StoredMatrix;
import org.align4j.core.tensor.Parameters;
import org.align4j.core.tensor.StoredWeights;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.ParameterShapes;
import org.align4j.models.transformer.TransformerConfig;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The weights of a Hugging Face folder, one safetensors file or shards with an index. */
final class WeightFiles implements StoredWeights {

  private static final String INDEX = "model.safetensors.index.json";
  private static final long LARGEST_INDEX = 1L << 27;

  /** Names of tensors that a message lists. */
  private static final int SHOWN_NAMES = 3;

  /** Constants that older transformers saved beside the weights. */
  private static final Pattern BUFFER =
      Pattern.compile(".*\\.(rotary_emb\\.inv_freq|attn\\.(bias|masked_bias))");

  private record Place(Path file, Safetensors shard, String name) {}

  private final Path folder;
  private final TransformerConfig config;
  private final ImmutableMap<String, long[]> shapes;
  private final WeightNames names;
  private final List<Safetensors> shards = new ArrayList<>();
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final Path shown;

  private WeightFiles(Path folder, TransformerConfig config, ModelHead head) {
    this.folder = folder;
    this.config = config;
    this.shapes = ParameterShapes.of(config, head);
    this.names = new WeightNames(shapes.keySet(), config.family().prefix());
    Path whole = folder.resolve(HuggingFaceFolder.WEIGHTS);
    Path index = folder.resolve(INDEX);
    boolean one = Files.exists(whole);
    if (!one && !Files.exists(index)) {
      throw new BadFileException(
          folder,
          "has neither %s nor %s: weights in safetensors format are supported%s",
          HuggingFaceFolder.WEIGHTS,
          INDEX,
          whatThereIs());
    }
    this.shown = one ? whole : index;
    try {
      if (one) {
        add(whole);
      } else {
        addIndexed(index);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  static Parameters load(Path folder, TransformerConfig config, ModelHead head) {
    try (WeightFiles files = open(folder, config, head)) {
      Map<String, INDArray> arrays = new LinkedHashMap<>();
      try {
        files.names().forEach(name -> arrays.put(name, files.load(name)));
      } catch (RuntimeException e) {
        arrays.values().forEach(INDArray::close);
        throw e;
      }
      return Parameters.of(arrays);
    }
  }

  /** Opens and checks the files. */
  static WeightFiles open(Path folder, TransformerConfig config, ModelHead head) {
    WeightFiles files = new WeightFiles(folder, config, head);
    try {
      files.check();
      return files;
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  @Override
  public ImmutableList<String> names() {
    return shapes.keySet().asList();
  }

  @Override
  public long[] shape(String name) {
    return checkNotNull(shapes.get(name), "no parameter named %s", name).clone();
  }

  @Override
  public StoredMatrix matrix(String name) {
    StoredTensor tensor = stored(name);
    StoredMatrix matrix = tensor.matrix();
    FiniteWeights.check(fileOf(name), tensor.name(), matrix);
    return matrix;
  }

  @Override
  public boolean isTransposed(String name) {
    return false;
  }

  @Override
  public INDArray load(String name) {
    StoredTensor tensor = stored(name);
    return FiniteWeights.checked(fileOf(name), tensor.name(), tensor.load());
  }

  @Override
  public void close() {
    shards.forEach(Safetensors::close);
  }

  /** Names the weights of other kinds that a folder has, with the remedy. */
  private String whatThereIs() {
    try (Stream<Path> entries = Files.list(folder)) {
      List<String> others =
          entries
              .map(entry -> String.valueOf(entry.getFileName()))
              .filter(name -> name.matches(".*\\.(bin|pt|pth|ckpt|h5|msgpack|safetensors|gguf)"))
              .sorted()
              .toList();
      if (others.isEmpty()) {
        return "";
      }
      String first = others.getFirst();
      return "; there is "
          + BadFileException.quote(first)
          + (first.startsWith("adapter_model.")
              ? ", a PEFT adapter: merge it into its base model (peft: merge_and_unload())"
              : first.endsWith(".gguf")
                  ? ": give that file as the model"
                  : first.endsWith(".safetensors")
                      ? ": rename it, or add the index of the shards"
                      : ": convert it (transformers: from_pretrained(...).save_pretrained(FOLDER))");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(Path file) {
    Safetensors shard = Safetensors.open(file);
    shards.add(shard);
    for (String name : shard.names()) {
      Place before = places.put(names.parameter(file, name), new Place(file, shard, name));
      if (before == null) {
        continue;
      }
      boolean same = before.name().equals(name);
      throw new BadFileException(
          file,
          same
              ? "tensor %s is in %s too: every tensor is in one shard"
              : "tensors %s and %s are the same parameter",
          BadFileException.quote(name),
          same ? before.file().getFileName() : BadFileException.quote(before.name()));
    }
  }

  private void addIndexed(Path index) {
    JsonNode map = JsonFiles.readObject(index, LARGEST_INDEX).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new BadFileException(index, "has no weight_map: it is not an index of shards");
    }
    Set<String> files = new TreeSet<>();
    map.elements().forEachRemaining(file -> files.add(file.asText()));
    for (String name : files) {
      if (!name.matches("[A-Za-z0-9._-]+") || !name.endsWith(".safetensors")) {
        throw new BadFileException(
            index, "names the shard %s, which is no file name", BadFileException.quote(name));
      }
      add(folder.resolve(name));
    }
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      Place place = places.get(names.parameter(index, entry.getKey()));
      if (place == null || !place.file().endsWith(entry.getValue().asText())) {
        throw new BadFileException(
            index,
            "tensor %s should be in %s and is not: the index and the shards do not belong together",
            BadFileException.quote(entry.getKey()),
            BadFileException.quote(entry.getValue().asText()));
      }
    }
  }

  private void check() {
    if (config.layers() > places.size()) {
      throw new BadFileException(
          shown,
          "has %s tensors, config.json says %s layers: the checkpoint and its configuration do not"
              + " belong together",
          places.size(),
          config.layers());
    }
    checkNothingIsLeftOver(shapes.keySet());
    shapes.forEach(this::check);
  }

  private void checkNothingIsLeftOver(Set<String> wanted) {
    Set<String> left = new TreeSet<>(places.keySet());
    left.removeAll(wanted);
    left.removeIf(name -> BUFFER.matcher(name).matches());
    if (config.tieWordEmbeddings()) {
      left.remove(ParameterShapes.LANGUAGE_HEAD);
    }
    if (!left.isEmpty()) {
      String name = left.iterator().next();
      Place place = places.get(name);
      throw new BadFileException(
          fileOf(name),
          "has tensor %s, which a %s model of config.json does not have: the checkpoint and its"
              + " configuration do not belong together",
          BadFileException.quote(place == null ? name : place.name()),
          config.family().modelType());
    }
  }

  private Path fileOf(String name) {
    Place place = places.get(name);
    return place == null ? shown : place.file();
  }

  private void check(String name, long[] expected) {
    Place place = places.get(name);
    if (place == null) {
      throw new BadFileException(
          shown,
          "has no tensor %s, %s by config.json (it has %s): the checkpoint is not complete",
          name,
          Arrays.toString(expected),
          places.values().stream()
              .map(Place::name)
              .limit(SHOWN_NAMES)
              .collect(Collectors.joining(", ", "", places.size() > SHOWN_NAMES ? ", …" : "")));
    }
    long[] found = place.shard().shape(place.name());
    if (!Arrays.equals(found, expected)) {
      throw new BadFileException(
          place.file(),
          "tensor %s is %s, config.json says %s: the checkpoint and its configuration do not belong"
              + " together",
          place.name(),
          Arrays.toString(found),
          Arrays.toString(expected));
    }
    place.shard().stored(place.name());
  }

  private StoredTensor stored(String name) {
    Place place = places.get(name);
    if (place == null) {
      throw new IllegalStateException("not checked: " + name);
    }
    return place.shard().stored(place.name());
  }
}
