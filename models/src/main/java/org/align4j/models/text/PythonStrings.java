package org.align4j.models.text;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.hubspot.jinjava.interpret.InterpretException;
import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/** Python's methods and indices of strings, which chat templates call and Java's do not have. */
final class PythonStrings extends ELResolver {

  @Override
  public @Nullable Object invoke(
      ELContext context,
      @Nullable Object base,
      @Nullable Object method,
      Class<?> @Nullable [] types,
      Object @Nullable [] arguments) {
    if (!(base instanceof CharSequence) || method == null) {
      return null;
    }
    Object[] given = arguments == null ? new Object[0] : arguments;
    Object result = call(base.toString(), method.toString(), given);
    context.setPropertyResolved(true);
    return result;
  }

  private static Object call(String text, String method, Object[] arguments) {
    int count = arguments.length;
    String first = count > 0 ? String.valueOf(arguments[0]) : "";
    return switch (method) {
      case "strip" -> set(arguments).trimFrom(text);
      case "lstrip" -> set(arguments).trimLeadingFrom(text);
      case "rstrip" -> set(arguments).trimTrailingFrom(text);
      case "startswith" -> text.startsWith(first);
      case "endswith" -> text.endsWith(first);
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "title" -> title(text);
      case "capitalize" ->
          text.isEmpty()
              ? text
              : title(text.substring(0, 1)) + text.substring(1).toLowerCase(Locale.ROOT);
      case "find" -> (long) text.indexOf(first);
      case "count" -> (long) Splitter.on(first).splitToList(text).size() - 1;
      case "replace" -> text.replace(first, String.valueOf(arguments[1]));
      case "split" -> split(text, arguments);
      case "splitlines" -> text.lines().toList();
      case "removeprefix" -> text.startsWith(first) ? text.substring(first.length()) : text;
      case "removesuffix" ->
          text.endsWith(first) ? text.substring(0, text.length() - first.length()) : text;
      case "join" -> join(text, arguments);
      case "reversed" -> new StringBuilder(text).reverse().toString();
      case "isdigit" -> !text.isEmpty() && text.chars().allMatch(Character::isDigit);
      default -> throw new InterpretException("strings have no method " + method);
    };
  }

  private static CharMatcher set(Object[] arguments) {
    return arguments.length == 0 || arguments[0] == null
        ? CharMatcher.whitespace()
        : CharMatcher.anyOf(String.valueOf(arguments[0]));
  }

  private static List<String> split(String text, Object[] arguments) {
    boolean blanks = arguments.length == 0 || arguments[0] == null;
    Splitter splitter =
        blanks
            ? Splitter.on(CharMatcher.whitespace()).omitEmptyStrings()
            : Splitter.on(String.valueOf(arguments[0]));
    if (arguments.length > 1 && arguments[1] instanceof Number most) {
      splitter = splitter.limit(most.intValue() + 1);
    }
    return new ArrayList<>(splitter.splitToList(text));
  }

  private static String join(String text, Object[] arguments) {
    List<String> items = new ArrayList<>();
    if (arguments.length > 0 && arguments[0] instanceof Iterable<?> given) {
      given.forEach(item -> items.add(String.valueOf(item)));
    }
    return String.join(text, items);
  }

  private static String title(String text) {
    var result = new StringBuilder(text.length());
    boolean inside = false;
    for (char letter : text.toCharArray()) {
      result.append(inside ? Character.toLowerCase(letter) : Character.toTitleCase(letter));
      inside = Character.isLetter(letter);
    }
    return result.toString();
  }

  @Override
  public @Nullable Object getValue(
      ELContext context, @Nullable Object base, @Nullable Object property) {
    if (base instanceof CharSequence text && property instanceof Number index) {
      int at = index.intValue() < 0 ? text.length() + index.intValue() : index.intValue();
      context.setPropertyResolved(true);
      return at >= 0 && at < text.length() ? String.valueOf(text.charAt(at)) : "";
    }
    return null;
  }

  @Override
  public @Nullable Class<?> getType(
      ELContext context, @Nullable Object base, @Nullable Object property) {
    return null;
  }

  @Override
  public void setValue(
      ELContext context, @Nullable Object base, @Nullable Object property, @Nullable Object value) {
    throw new InterpretException("strings do not change");
  }

  @Override
  public boolean isReadOnly(ELContext context, @Nullable Object base, @Nullable Object property) {
    return true;
  }

  @Override
  public Iterator<FeatureDescriptor> getFeatureDescriptors(
      ELContext context, @Nullable Object base) {
    return Collections.emptyIterator();
  }

  @Override
  public Class<?> getCommonPropertyType(ELContext context, @Nullable Object base) {
    return Object.class;
  }
}
