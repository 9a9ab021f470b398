package org.align4j.models.jinja.operation;

import java.math.BigInteger;
import java.util.List;
import org.align4j.models.jinja.call.Arguments;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Python's {@code str.format}, whose fields are looked up as the sandbox looks up. */
final class StrFormat {

  private final Str self;
  private final List<Value> positional;
  private final Value named;
  private int automatic;

  private StrFormat(Str self, List<Value> positional, Value named) {
    this.self = self;
    this.positional = positional;
    this.named = named;
  }

  static Value format(Str self, Arguments given) {
    Dict names = new Dict();
    given.named().forEach(names::put);
    return self.like(new StrFormat(self, given.positional(), names).text(self.value(), 2));
  }

  static Value formatMap(Str self, Arguments given) {
    Value names = given.positional("format_map", 1, 1).required(0);
    return self.like(new StrFormat(self, List.of(), names).text(self.value(), 2));
  }

  private String text(String format, int depth) {
    if (depth < 0) {
      throw TemplateException.value("Max string recursion exceeded");
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < format.length()) {
      char letter = format.charAt(at);
      if (letter != '{' && letter != '}') {
        out.append(letter);
        at++;
      } else if (at + 1 < format.length() && format.charAt(at + 1) == letter) {
        out.append(letter);
        at += 2;
      } else if (letter == '}') {
        throw TemplateException.value("Single '}' encountered in format string");
      } else {
        int end = end(format, at + 1);
        out.append(field(format.substring(at + 1, end), depth));
        at = end + 1;
      }
      Limits.length(out.length());
    }
    return out.toString();
  }

  /** The brace that closes a field; braces within its brackets are names. */
  private static int end(String format, int from) {
    int open = 1;
    for (int at = from; at < format.length(); at++) {
      switch (format.charAt(at)) {
        case '{' -> open++;
        case '}' -> {
          open--;
          if (open == 0) {
            return at;
          }
        }
        default -> {}
      }
    }
    throw TemplateException.value(
        from == format.length()
            ? "Single '{' encountered in format string"
            : "expected '}' before end of string");
  }

  private String field(String field, int depth) {
    int end = nameEnd(field);
    String name = field.substring(0, end);
    String rest = field.substring(end);
    Value value = lookup(name);
    if (rest.startsWith("!")) {
      if (rest.length() < 2 || (rest.length() > 2 && rest.charAt(2) != ':')) {
        throw TemplateException.value("expected ':' after conversion specifier");
      }
      value = converted(value, rest.charAt(1));
      rest = rest.substring(2);
    }
    String spec = rest.isEmpty() ? "" : text(rest.substring(1), depth - 1);
    if (!self.safe()) {
      return FormatSpec.format(value, spec);
    }
    if (value instanceof Str markup && markup.safe()) {
      if (!spec.isEmpty()) {
        throw TemplateException.value("Unsupported format specification for Markup.");
      }
      return markup.value();
    }
    return Html.escape(new Str(FormatSpec.format(value, spec))).value();
  }

  /** Where the name ends: at ! or :, which may stand in its brackets. */
  private static int nameEnd(String field) {
    boolean bracket = false;
    for (int i = 0; i < field.length(); i++) {
      char letter = field.charAt(i);
      if (letter == '[') {
        bracket = true;
      } else if (letter == ']') {
        bracket = false;
      } else if (!bracket && (letter == '!' || letter == ':')) {
        return i;
      } else if (letter == '{') {
        throw TemplateException.value("unexpected '{' in field name");
      }
    }
    return field.length();
  }

  private Value lookup(String name) {
    int end = 0;
    while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
      end++;
    }
    Value value = first(name.substring(0, end));
    while (end < name.length()) {
      boolean item = name.charAt(end) == '[';
      int start = ++end;
      if (item) {
        end = name.indexOf(']', start);
        if (end < 0) {
          throw TemplateException.value("Missing ']' in format string");
        }
      } else {
        while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
          end++;
        }
      }
      String part = name.substring(start, end);
      if (part.isEmpty()) {
        throw TemplateException.value("Empty attribute in format string");
      }
      value = item ? Lookup.item(value, key(part)) : Lookup.attribute(value, part);
      if (item) {
        end++;
        if (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
          throw TemplateException.value("Only '.' or '[' may follow ']' in format field specifier");
        }
      }
    }
    return value;
  }

  private Value first(String name) {
    String used = name;
    if (name.isEmpty()) {
      if (automatic < 0) {
        throw TemplateException.value(
            "cannot switch from manual field specification to automatic field numbering");
      }
      used = "" + automatic++;
    } else if (name.chars().allMatch(letter -> letter >= '0' && letter <= '9')) {
      if (automatic > 0) {
        throw TemplateException.value(
            "cannot switch from manual field specification to automatic field numbering");
      }
      automatic = -1;
    }
    Value key = key(used);
    if (key instanceof Int number) {
      if (number.number().compareTo(BigInteger.valueOf(positional.size())) >= 0) {
        throw TemplateException.of(
            Kind.INDEX, "Replacement index %s out of range for positional args tuple", used);
      }
      return positional.get(number.number().intValue());
    }
    @Nullable Value value = named.item(key);
    if (value == null) {
      throw TemplateException.of(Kind.KEY, "%s", key.repr());
    }
    return value;
  }

  private static Value key(String part) {
    return part.chars().allMatch(letter -> letter >= '0' && letter <= '9')
        ? new Int(new BigInteger(part))
        : new Str(part);
  }

  private static Value converted(Value value, char conversion) {
    return switch (conversion) {
      case 's' -> new Str(value.text());
      case 'r' -> new Str(value.repr());
      case 'a' -> new Str(PercentFormat.ascii(value.repr()));
      default -> throw TemplateException.value("Unknown conversion specifier '%s'", conversion);
    };
  }
}
