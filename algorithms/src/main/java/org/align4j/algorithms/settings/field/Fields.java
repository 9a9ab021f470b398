package org.align4j.algorithms.settings.field;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.align4j.core.registry.NearestName;
import org.jspecify.annotations.Nullable;

/**
 * The text form of nested records: fields by their path, such as {@code update.learningRate}; trees
 * of JSON or YAML; and a list of all fields with their documents.
 */
public final class Fields {

  /** Settings of earlier versions, and what does now what they did. */
  private static final ImmutableMap<String, String> REPLACED =
      ImmutableMap.of(
          "objective.correction",
          "offPolicy.weight (tis) or offPolicy.gate (icepop)",
          "objective.correctionLow",
          "offPolicy.weightLow (tis) or offPolicy.gateLow (icepop)",
          "objective.correctionHigh",
          "offPolicy.weightHigh (tis) or offPolicy.gateHigh (icepop)");

  private Fields() {}

  /**
   * A field, as templates and documents show it.
   *
   * @param path such as {@code update.learningRate}
   * @param type what may be written: a whole number, a number, true or false, text, or names
   * @param value as text: that of the settings asked
   * @param unset the word that leaves an optional field open; empty for others
   * @param doc what it means and where its number comes from
   * @param changesResults false for what costs memory or time only
   */
  public record Field(
      String path, String type, String value, String unset, String doc, boolean changesResults) {}

  /** All fields in order, groups spelled out. */
  public static ImmutableList<Field> all(Record settings) {
    ImmutableList.Builder<Field> fields = ImmutableList.builder();
    collect("", settings, fields);
    return fields.build();
  }

  private static void collect(String prefix, Record settings, ImmutableList.Builder<Field> fields) {
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      String path = prefix + component.getName();
      Object value = read(settings, component);
      if (value instanceof Record group) {
        collect(path + ".", group, fields);
      } else {
        FieldType type = FieldType.of(path, component);
        Doc doc = type.doc();
        fields.add(
            new Field(
                path,
                type.description(),
                type.text(value),
                type.isOptional() ? doc.unset() : "",
                doc.value(),
                doc.changesResults()));
      }
    }
  }

  /** The document of a group or field of these settings, by path. */
  public static ImmutableMap<String, String> groups(Record settings) {
    ImmutableMap.Builder<String, String> docs = ImmutableMap.builder();
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      if (read(settings, component) instanceof Record) {
        docs.put(component.getName(), FieldType.of(component.getName(), component).doc().value());
      }
    }
    return docs.buildOrThrow();
  }

  /**
   * A copy with some fields replaced, all at once: the records' own checks see the result only.
   *
   * @param values by path, as text
   * @throws IllegalArgumentException for an unknown path (with the nearest one), a value that does
   *     not parse, or one that a record refuses
   */
  public static <R extends Record> R with(R settings, Map<String, String> values) {
    ImmutableList<String> known =
        all(settings).stream().map(Field::path).collect(ImmutableList.toImmutableList());
    checkKnown(values, known);
    return apply("", settings, values);
  }

  /** A copy with the fields of a tree of groups (JSON or YAML) replaced; others stay. */
  public static <R extends Record> R with(R settings, JsonNode tree) {
    checkArgument(tree.isObject(), "the settings are %s: they must be a map", tree.getNodeType());
    Map<String, String> values = new LinkedHashMap<>();
    flatten("", tree, settings, values);
    return with(settings, values);
  }

  /**
   * The same for several records that share one text form: no two have a field of the same path.
   *
   * @return copies, in the order given
   */
  public static ImmutableList<Record> with(List<Record> parts, Map<String, String> values) {
    ImmutableList<String> known =
        parts.stream()
            .flatMap(part -> all(part).stream())
            .map(Field::path)
            .collect(ImmutableList.toImmutableList());
    checkKnown(values, known);
    return parts.stream()
        .map(part -> apply("", part, values))
        .collect(ImmutableList.toImmutableList());
  }

  /** The fields of a tree of groups by path, as text. */
  public static ImmutableMap<String, String> flatten(List<Record> parts, JsonNode tree) {
    checkArgument(tree.isObject(), "the settings are %s: they must be a map", tree.getNodeType());
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      ObjectNode one = JsonNodeFactory.instance.objectNode();
      one.set(entry.getKey(), entry.getValue());
      Record owner =
          parts.stream()
              .filter(part -> group(part, entry.getKey()) != null)
              .findFirst()
              .orElse(parts.get(0));
      flatten("", one, owner, values);
    }
    return ImmutableMap.copyOf(values);
  }

  private static void flatten(
      String prefix, JsonNode tree, @Nullable Record group, Map<String, String> values) {
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      String path = prefix + entry.getKey();
      JsonNode node = entry.getValue();
      Record inner = group == null ? null : group(group, entry.getKey());
      checkArgument(
          inner == null || node.isObject(), "%s is %s: it is a group, so a map", path, node);
      checkArgument(!node.isArray(), "%s is a list: it must be one value", path);
      if (node.isObject()) {
        flatten(path + ".", node, inner, values);
      } else {
        values.put(path, node.asText());
      }
    }
  }

  private static @Nullable Record group(Record settings, String name) {
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      if (component.getName().equals(name) && read(settings, component) instanceof Record inner) {
        return inner;
      }
    }
    return null;
  }

  /** All fields as a tree of groups: numbers as numbers, what is unset as its word. */
  public static ObjectNode toTree(Record settings) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      Object value = read(settings, component);
      tree.set(
          component.getName(),
          value instanceof Record group
              ? toTree(group)
              : FieldType.of(component.getName(), component).node(value));
    }
    return tree;
  }

  /** The same of several records that share one text form. */
  public static ObjectNode toTree(List<Record> parts) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    parts.forEach(part -> tree.setAll(toTree(part)));
    return tree;
  }

  /** A copy with one component replaced: what withers are made of. */
  public static <R extends Record> R replace(R settings, String name, Object value) {
    RecordComponent[] components = settings.getClass().getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = components[i].getName().equals(name) ? value : read(settings, components[i]);
    }
    return construct(settings, components, values);
  }

  private static void checkKnown(Map<String, String> values, ImmutableList<String> known) {
    for (String path : values.keySet()) {
      String replacement = REPLACED.get(path);
      checkArgument(
          replacement == null || known.contains(path),
          "unknown setting %s: %s has taken its place; see docs/settings.md",
          path,
          replacement);
      checkArgument(known.contains(path), "%s", NearestName.unknown("setting", path, known));
    }
  }

  private static <R extends Record> R apply(String prefix, R settings, Map<String, String> values) {
    RecordComponent[] components = settings.getClass().getRecordComponents();
    Object[] applied = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String path = prefix + components[i].getName();
      Object value = read(settings, components[i]);
      String text = values.get(path);
      if (value instanceof Record group) {
        applied[i] = apply(path + ".", group, values);
      } else {
        applied[i] = text == null ? value : FieldType.of(path, components[i]).parse(text);
      }
    }
    return construct(settings, components, applied);
  }

  private static Object read(Record settings, RecordComponent component) {
    try {
      return component.getAccessor().invoke(settings);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <R extends Record> R construct(
      R settings, RecordComponent[] components, Object[] values) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<R> constructor =
          (Constructor<R>) settings.getClass().getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw new IllegalStateException(settings.getClass() + " cannot be made", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(settings.getClass() + " cannot be made", e);
    }
  }
}
