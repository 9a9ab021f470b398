package org.align4j.models.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.align4j.core.engine.NetworkDefinition;
import org.align4j.core.file.AtomicFiles;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.ops.WeightLayout;
import org.align4j.core.tensor.Parameters;
import org.align4j.models.checkpoint.Safetensors;
import org.align4j.models.checkpoint.SafetensorsWriter;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An adapter as {@code peft} writes and reads it: {@code adapter_config.json} and {@code
 * adapter_model.safetensors} (peft/tuners/lora/config.py, peft/utils/save_and_load.py).
 */
public final class PeftFolder {

  /** The configuration's file. */
  public static final String CONFIG = "adapter_config.json";

  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String OLD_WEIGHTS = "adapter_model.bin";
  private static final String PREFIX = "base_model.model.";
  private static final int LARGEST_JSON = 1 << 20;

  /** Fields that change what an adapter computes and must be as they are when nothing is said. */
  private static final ImmutableList<String> REFUSED =
      ImmutableList.of(
          "use_dora",
          "lora_bias",
          "modules_to_save",
          "rank_pattern",
          "alpha_pattern",
          "layer_replication",
          "use_qalora",
          "trainable_token_indices",
          "target_parameters",
          "alora_invocation_tokens",
          "arrow_config",
          "use_bdlora",
          "kasa_config",
          "velora_config",
          "monteclora_config");

  /** Initialisations that also change the base, whose changed weights are not in the folder. */
  private static final ImmutableList<String> CHANGING_BASE =
      ImmutableList.of("pissa", "olora", "corda", "loftq");

  private PeftFolder() {}

  /** Whether a folder holds an adapter. */
  public static boolean isAdapter(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG))
        && !Files.exists(folder.resolve("config.json"));
  }

  /** The model that an adapter is for, as its file says; a path or a name of the hub. */
  public static String base(Path folder) {
    JsonNode json = config(folder);
    String name = json.path("base_model_name_or_path").asText("");
    if (name.isEmpty() || name.equals("null")) {
      throw new BadFileException(
          folder.resolve(CONFIG), "base_model_name_or_path is missing: name the base model");
    }
    return name;
  }

  private static JsonNode config(Path folder) {
    Path file = folder.resolve(CONFIG);
    if (!Files.isRegularFile(file)) {
      throw new BadFileException(folder, "has no %s: it is no PEFT adapter", CONFIG);
    }
    return JsonFiles.readObject(file, LARGEST_JSON);
  }

  /** Writes a new folder, atomically. */
  public static void save(Path folder, Adapter adapter, NetworkDefinition base, String baseName) {
    save(folder, adapter, base, baseName, "CAUSAL_LM", temporary -> {});
  }

  /**
   * Writes a new folder, atomically.
   *
   * @param task {@code CAUSAL_LM} or {@code SEQ_CLS}
   * @param others writes what else belongs into the folder
   */
  public static void save(
      Path folder,
      Adapter adapter,
      NetworkDefinition base,
      String baseName,
      String task,
      AtomicFiles.Filler others) {
    AtomicFiles.createFolder(
        folder,
        temporary -> {
          write(temporary.resolve(CONFIG), json(adapter, base, baseName, task));
          Map<String, INDArray> named = new LinkedHashMap<>();
          for (String name : adapter.parameters().names()) {
            named.put(PREFIX + name, adapter.parameters().get(name));
          }
          SafetensorsWriter.writeTo(temporary.resolve(WEIGHTS), Parameters.of(named));
          others.fill(temporary);
        });
  }

  private static void write(Path file, JsonNode json) throws IOException {
    Files.writeString(
        file, JsonFiles.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  private static ObjectNode json(
      Adapter adapter, NetworkDefinition base, String baseName, String task) {
    ObjectNode json = JsonFiles.mapper().createObjectNode();
    json.put("peft_type", "LORA");
    json.put("task_type", task);
    json.put("base_model_name_or_path", baseName);
    json.put("r", adapter.settings().rank());
    double alpha = adapter.settings().alpha();
    if (alpha == Math.rint(alpha)) {
      json.put("lora_alpha", (long) alpha);
    } else {
      json.put("lora_alpha", alpha);
    }
    json.put("lora_dropout", 0.0);
    json.put("use_rslora", adapter.settings().rankStabilized());
    ArrayNode targets = json.putArray("target_modules");
    adapter.targetNames(LinearModule.of(base)).forEach(targets::add);
    json.put(
        "fan_in_fan_out",
        adapter.modules().stream().anyMatch(m -> m.layout() == WeightLayout.IN_OUT));
    json.put("bias", "none");
    json.put("inference_mode", true);
    json.put("init_lora_weights", true);
    return json;
  }

  /**
   * Reads an adapter of a model. Which modules have one is what the weights' names say; their type
   * becomes float32. Dropout is not applied.
   *
   * @throws BadFileException for what is no LoRA adapter of this network, or one with parts that
   *     are not built, by name
   */
  public static Adapter load(Path folder, NetworkDefinition base) {
    JsonNode json = config(folder);
    Path file = folder.resolve(CONFIG);
    check(file, json);
    Path weights = folder.resolve(WEIGHTS);
    if (!Files.isRegularFile(weights)) {
      throw new BadFileException(
          folder,
          Files.exists(folder.resolve(OLD_WEIGHTS))
              ? "has %s: save the adapter with a peft that writes %s"
              : "has no weights (%2$s)",
          OLD_WEIGHTS,
          WEIGHTS);
    }
    int rank = json.path("r").asInt(0);
    double alpha = json.path("lora_alpha").asDouble(0);
    if (rank < 1 || alpha <= 0) {
      throw new BadFileException(
          file, "r is %s and lora_alpha %s: both must be above 0", rank, alpha);
    }
    try (Safetensors tensors = Safetensors.open(weights)) {
      return read(weights, tensors, base, rank, alpha, json.path("use_rslora").asBoolean(false));
    }
  }

  private static void check(Path file, JsonNode json) {
    String type = json.path("peft_type").asText("");
    if (!type.equals("LORA")) {
      throw new BadFileException(file, "peft_type is \"%s\": LORA is built", type);
    }
    String bias = json.path("bias").asText("none");
    if (!bias.equals("none")) {
      throw new BadFileException(file, "bias is \"%s\": none is built", bias);
    }
    String initial = json.path("init_lora_weights").asText("");
    if (CHANGING_BASE.stream().anyMatch(initial::startsWith)) {
      throw new BadFileException(
          file,
          "init_lora_weights is %s: it changes the base too; save the adapter converted to plain"
              + " LoRA (peft: path_initial_model_for_weight_conversion)",
          initial);
    }
    for (String field : REFUSED) {
      JsonNode value = json.path(field);
      boolean usual =
          value.isMissingNode()
              || value.isNull()
              || (value.isBoolean() && !value.asBoolean())
              || (value.isContainerNode() && value.isEmpty());
      if (!usual) {
        throw new BadFileException(file, "%s is %s: it is not built; leave it out", field, value);
      }
    }
  }

  private static Adapter read(
      Path file,
      Safetensors tensors,
      NetworkDefinition base,
      int rank,
      double alpha,
      boolean stabilized) {
    Set<String> left = new TreeSet<>(tensors.names());
    List<LinearModule> modules = new ArrayList<>();
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    for (LinearModule module : LinearModule.of(base)) {
      boolean a = left.remove(PREFIX + module.a());
      boolean b = left.remove(PREFIX + module.b());
      if (a != b) {
        throw new BadFileException(
            file, "%s has one of lora_A and lora_B: both belong to an adapter", module.name());
      }
      if (a) {
        modules.add(module);
        arrays.put(module.a(), load(file, tensors, module.a(), rank, module.in()));
        arrays.put(module.b(), load(file, tensors, module.b(), module.out(), rank));
      }
    }
    if (!left.isEmpty()) {
      throw new BadFileException(
          file,
          "%s is no adapter of a matrix of this model's body: it is for another model, or has parts"
              + " that are not built",
          left.iterator().next());
    }
    if (modules.isEmpty()) {
      throw new BadFileException(file, "it has no tensors");
    }
    ImmutableList<LinearModule> chosen = ImmutableList.copyOf(modules);
    return new Adapter(
        new LoraSettings(rank, alpha, LoraTargets.names(LinearModule.of(base), chosen), stabilized),
        chosen,
        Parameters.of(arrays));
  }

  private static INDArray load(Path file, Safetensors tensors, String name, int rows, int columns) {
    long[] shape = tensors.shape(PREFIX + name);
    if (!Arrays.equals(shape, new long[] {rows, columns})) {
      throw new BadFileException(
          file,
          "%s is %s, the model and r want [%s, %s]",
          name,
          Arrays.toString(shape),
          rows,
          columns);
    }
    return tensors.load(PREFIX + name);
  }
}
