package org.align4j.models.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.align4j.core.file.BadFileException;
import org.align4j.core.file.JsonFiles;
import org.align4j.core.registry.NearestName;
import org.align4j.models.transformer.ConfigFields;
import org.align4j.models.transformer.Families;
import org.align4j.models.transformer.Family;
import org.align4j.models.transformer.TransformerConfig;

/** Reads {@code config.json}: finds the family by its {@code model_type}, which reads the rest. */
final class ConfigJson {

  private static final long LARGEST = 1 << 20;

  private ConfigJson() {}

  static TransformerConfig read(Path file) {
    return parse(file, JsonFiles.readObject(file, LARGEST));
  }

  static TransformerConfig parse(Path file, JsonNode json) {
    var fields = new ConfigFields(file, json);
    Family family = family(file, json);
    JsonNode quantization = fields.get("quantization_config");
    fields.refuseUnless(
        quantization.isMissingNode() || quantization.isNull(),
        "has a quantization_config: weights in F32, F16 or BF16 are supported");
    try {
      TransformerConfig config = family.read(fields);
      config.family().check(config);
      return config;
    } catch (BadFileException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new BadFileException(file, String.valueOf(e.getMessage()), e);
    }
  }

  private static Family family(Path file, JsonNode json) {
    String type = json.path("model_type").asText("");
    Families families = Families.load();
    Family family = families.byType().get(type);
    if (family == null) {
      throw new BadFileException(
          file,
          "model_type is '%s': %s are supported%s",
          BadFileException.quote(type),
          String.join(", ", families.byType().keySet()),
          type.isEmpty()
              ? ""
              : "; did you mean " + NearestName.of(type, families.byType().keySet()) + "?");
    }
    return family;
  }
}
