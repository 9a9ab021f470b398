package org.align4j.models.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import java.util.Iterator;
import java.util.Map;
import org.align4j.core.file.JsonFiles;
import org.jspecify.annotations.Nullable;

/**
 * {@code tojson} as transformers has it: Python's {@code json.dumps(ensure_ascii=False)} with an
 * optional indent; nothing is escaped for HTML.
 */
public final class JsonFilter implements AdvancedFilter {

  @Override
  public String getName() {
    return "tojson";
  }

  @Override
  public Object filter(
      @Nullable Object value,
      JinjavaInterpreter interpreter,
      Object[] arguments,
      Map<String, Object> named) {
    Object indent = named.getOrDefault("indent", arguments.length > 0 ? arguments[0] : null);
    var text = new StringBuilder();
    write(value, indent instanceof Number number ? number.intValue() : -1, 0, text);
    return text.toString();
  }

  private static void write(@Nullable Object value, int indent, int depth, StringBuilder text) {
    switch (value) {
      case Map<?, ?> map -> {
        text.append('{');
        for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext(); ) {
          Map.Entry<?, ?> entry = i.next();
          line(indent, depth + 1, text);
          text.append(scalar(String.valueOf(entry.getKey()))).append(": ");
          write(entry.getValue(), indent, depth + 1, text);
          separate(i.hasNext(), indent, text);
        }
        close(map.isEmpty(), indent, depth, '}', text);
      }
      case Iterable<?> items -> {
        text.append('[');
        Iterator<?> i = items.iterator();
        boolean empty = !i.hasNext();
        while (i.hasNext()) {
          line(indent, depth + 1, text);
          write(i.next(), indent, depth + 1, text);
          separate(i.hasNext(), indent, text);
        }
        close(empty, indent, depth, ']', text);
      }
      case null -> text.append("null");
      default -> text.append(scalar(value));
    }
  }

  private static void line(int indent, int depth, StringBuilder text) {
    if (indent >= 0) {
      text.append('\n').repeat(' ', indent * depth);
    }
  }

  private static void separate(boolean more, int indent, StringBuilder text) {
    if (more) {
      text.append(indent >= 0 ? "," : ", ");
    }
  }

  private static void close(
      boolean empty, int indent, int depth, char bracket, StringBuilder text) {
    if (!empty) {
      line(indent, depth, text);
    }
    text.append(bracket);
  }

  private static String scalar(Object value) {
    try {
      return JsonFiles.mapper().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new InterpretException("tojson cannot write " + value.getClass(), e);
    }
  }
}
