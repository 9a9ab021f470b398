package org.align4j.models.jinja.value;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of JSON and of Java's collections. */
public final class Values {

  private Values() {}

  public static Value of(@Nullable Object object) {
    return switch (object) {
      case null -> None.NONE;
      case Value value -> value;
      case JsonNode node -> ofJson(node);
      case CharSequence text -> new Str(text.toString());
      case Boolean bool -> Bool.of(bool);
      case Double real -> new Real(real);
      case Float real -> new Real(real);
      case Number number -> Int.of(number.longValue());
      case Map<?, ?> map -> {
        Dict dict = new Dict();
        map.forEach((key, value) -> dict.put(of(key), of(value)));
        yield dict;
      }
      case Iterable<?> items -> {
        List<Value> values = new ArrayList<>();
        items.forEach(item -> values.add(of(item)));
        yield new ListValue(values);
      }
      default ->
          throw new IllegalArgumentException(
              "a template takes no " + object.getClass().getName() + ": pass JSON");
    };
  }

  private static Value ofJson(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> new Str(node.textValue());
      case BOOLEAN -> Bool.of(node.booleanValue());
      case NUMBER ->
          node.isIntegralNumber() ? new Int(node.bigIntegerValue()) : new Real(node.doubleValue());
      case ARRAY -> {
        List<Value> items = new ArrayList<>(node.size());
        node.forEach(item -> items.add(ofJson(item)));
        yield new ListValue(items);
      }
      case OBJECT -> {
        Dict dict = new Dict();
        node.properties().forEach(entry -> dict.put(entry.getKey(), ofJson(entry.getValue())));
        yield dict;
      }
      default -> None.NONE;
    };
  }
}
