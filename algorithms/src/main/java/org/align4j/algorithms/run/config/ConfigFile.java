package org.align4j.algorithms.run.config;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.reward.spec.RewardSpec;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.core.file.BadFileException;

/** Settings as a YAML file, which may also be JSON: groups are maps, fields their entries. */
public final class ConfigFile {

  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());
  private static final String KWARGS = "chatTemplateKwargs";
  private static final int WIDTH = 100;

  private ConfigFile() {}

  /**
   * The fields of a file by path, as text. A reward may be a list of its parts ({@code
   * docs/rewards.md}).
   *
   * @param parts records whose fields it may name
   * @throws BadFileException for what is not YAML, with the line
   */
  public static ImmutableMap<String, String> read(Path file, List<Record> parts) {
    JsonNode tree;
    try {
      tree = YAML.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new BadFileException(file, "there is no such file (" + file + ")", e);
    } catch (JsonProcessingException e) {
      throw new BadFileException(
          file,
          "line %s: it is not YAML: %s"
              .formatted(
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (tree == null || tree.isMissingNode() || tree.isNull()) {
      tree = JsonNodeFactory.instance.objectNode();
    }
    try {
      JsonNode kwargs = tree.path(KWARGS);
      if (kwargs.isObject() && tree instanceof ObjectNode settings) {
        settings.put(KWARGS, kwargs.toString());
      }
      JsonNode reward = tree.path("reward");
      if (reward.isContainerNode() && tree instanceof ObjectNode settings) {
        settings.put("reward", RewardSpec.of(reward).text());
      }
      return Fields.flatten(parts, tree);
    } catch (IllegalArgumentException e) {
      throw new BadFileException(file, String.valueOf(e.getMessage()), e);
    }
  }

  /** {@code group.field=value} as it stands on a command line. */
  public static Map.Entry<String, String> assignment(String text) {
    int at = text.indexOf('=');
    checkArgument(at > 0, "--set %s: it must be group.field=value", text);
    return Map.entry(text.substring(0, at).strip(), text.substring(at + 1).strip());
  }

  /**
   * A file with every field, its value and its document as a comment.
   *
   * @param heading first line, without the sign of a comment
   */
  public static String template(String heading, List<Record> parts) {
    StringBuilder out = new StringBuilder();
    out.append("# ").append(heading).append("\n# Delete what you do not change.\n");
    for (Record part : parts) {
      Map<String, String> groups = new LinkedHashMap<>(Fields.groups(part));
      for (Fields.Field field : Fields.all(part)) {
        int dot = field.path().lastIndexOf('.');
        String indent = "";
        if (dot > 0) {
          String group = field.path().substring(0, dot);
          String doc = groups.remove(group);
          if (doc != null) {
            comment(out.append('\n'), "", doc);
            out.append(group).append(":\n");
          }
          indent = "  ";
        }
        comment(out, indent, field.doc() + " (" + field.type() + orUnset(field) + ")");
        out.append(indent)
            .append(field.path().substring(dot + 1))
            .append(": ")
            .append(scalar(field))
            .append('\n');
      }
    }
    return out.toString();
  }

  private static String orUnset(Fields.Field field) {
    return field.unset().isEmpty() ? "" : ", or " + field.unset();
  }

  private static String scalar(Fields.Field field) {
    boolean plain = field.value().matches("[\\w+*.][\\w+*.-]*");
    return plain ? field.value() : "'" + field.value().replace("'", "''") + "'";
  }

  private static void comment(StringBuilder out, String indent, String text) {
    StringBuilder line = new StringBuilder();
    for (String word : Splitter.on(' ').split(text)) {
      if (line.length() + word.length() + 1 > WIDTH - indent.length()) {
        out.append(indent).append("#").append(line).append('\n');
        line.setLength(0);
      }
      line.append(' ').append(word);
    }
    out.append(indent).append("#").append(line).append('\n');
  }

  /** Copies of the records with the fields of all these replaced; later ones win. */
  public static ImmutableList<Record> apply(
      List<Record> parts, List<? extends Map<String, String>> layers) {
    Map<String, String> values = new LinkedHashMap<>();
    layers.forEach(values::putAll);
    return Fields.with(parts, values);
  }
}
