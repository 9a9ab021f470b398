package org.align4j.models.checkpoint;

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
import org.align4j.core.tensor.Parameters;
import org.align4j.models.text.chat.ChatTemplate;
import org.align4j.models.transformer.Architecture;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.ParameterShapes;
import org.align4j.models.transformer.TransformerConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reads GGUF files of Llama, Qwen2, Qwen3 and GPT-2 models: tensors of every {@link Encoding}
 * become float32 parameters under Hugging Face names and in Hugging Face layout.
 */
public final class Gguf {

  private static final ImmutableMap<String, String> LLAMA_BLOCK =
      ImmutableMap.<String, String>builder()
          .put("input_layernorm", "attn_norm")
          .put("self_attn.q_proj", "attn_q")
          .put("self_attn.k_proj", "attn_k")
          .put("self_attn.v_proj", "attn_v")
          .put("self_attn.o_proj", "attn_output")
          .put("self_attn.q_norm", "attn_q_norm")
          .put("self_attn.k_norm", "attn_k_norm")
          .put("post_attention_layernorm", "ffn_norm")
          .put("mlp.gate_proj", "ffn_gate")
          .put("mlp.up_proj", "ffn_up")
          .put("mlp.down_proj", "ffn_down")
          .buildOrThrow();

  private static final ImmutableMap<String, String> GPT2_BLOCK =
      ImmutableMap.of(
          "ln_1", "attn_norm",
          "attn.c_attn", "attn_qkv",
          "attn.c_proj", "attn_output",
          "ln_2", "ffn_norm",
          "mlp.c_fc", "ffn_up",
          "mlp.c_proj", "ffn_down");

  private static final ImmutableMap<String, String> OUTSIDE =
      ImmutableMap.of(
          "model.embed_tokens", "token_embd",
          "transformer.wte", "token_embd",
          "transformer.wpe", "position_embd",
          "model.norm", "output_norm",
          "transformer.ln_f", "output_norm",
          "lm_head", "output");

  private final GgufParts file;
  private final TransformerConfig config;

  private Gguf(GgufParts file) {
    this.file = file;
    this.config = GgufConfig.read(file);
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
          config.architecture().modelType());
    }
  }

  private INDArray array(String name, long[] shape) {
    boolean transposed = isConvolution(name);
    long[] expected = transposed ? new long[] {shape[1], shape[0]} : shape;
    StoredTensor tensor = file.tensors().get(fileName(name));
    if (tensor == null) {
      throw new BadFileException(
          file.path(), "has no tensor %s: it is not a complete model", fileName(name));
    }
    if (!Arrays.equals(tensor.shape(), expected)) {
      throw new BadFileException(
          file.path(),
          "tensor %s is %s, its metadata say %s: the file is damaged",
          fileName(name),
          Arrays.toString(tensor.shape()),
          Arrays.toString(expected));
    }
    if (transposed) {
      return transpose(tensor);
    }
    if (config.architecture() == Architecture.LLAMA && name.contains(".self_attn.q_proj.")) {
      return tensor.loadUnpermuted(config.heads());
    }
    if (config.architecture() == Architecture.LLAMA && name.contains(".self_attn.k_proj.")) {
      return tensor.loadUnpermuted(config.keyValueHeads());
    }
    return tensor.load();
  }

  /** GPT-2's Hugging Face weights are {@code [in, out]}; the converter turns them. */
  private boolean isConvolution(String name) {
    return config.architecture() == Architecture.GPT2
        && name.contains(".h.")
        && name.contains(".c_")
        && name.endsWith(".weight");
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

  /** llama.cpp's name of a Hugging Face parameter ({@code gguf-py}, {@code tensor_mapping.py}). */
  private String fileName(String name) {
    int dot = name.lastIndexOf('.');
    String module = name.substring(0, dot);
    String suffix = name.substring(dot);
    String outside = OUTSIDE.get(module);
    if (outside != null) {
      return outside + suffix;
    }
    boolean gpt2 = config.architecture() == Architecture.GPT2;
    String[] parts = module.split("\\.", 4);
    return "blk." + parts[2] + "." + (gpt2 ? GPT2_BLOCK : LLAMA_BLOCK).get(parts[3]) + suffix;
  }
}
