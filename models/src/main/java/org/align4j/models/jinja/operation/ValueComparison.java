package org.align4j.models.jinja.operation;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.Dict;
import org.align4j.models.jinja.value.DictView;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.ListValue;
import org.align4j.models.jinja.value.Numbers;
import org.align4j.models.jinja.value.Range;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.TupleValue;
import org.align4j.models.jinja.value.Undefined;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Python's comparisons. */
public final class ValueComparison {

  /** Texts by their characters, not by Java's: emoji come after all letters. */
  private static final Comparator<String> TEXTS =
      (first, second) -> {
        int length = Math.min(first.length(), second.length());
        for (int i = 0; i < length; i++) {
          char a = first.charAt(i);
          char b = second.charAt(i);
          if (a != b) {
            boolean pairs = Character.isSurrogate(a) != Character.isSurrogate(b);
            return pairs
                ? Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b))
                : a - b;
          }
        }
        return first.length() - second.length();
      };

  private ValueComparison() {}

  public static boolean equal(Value left, Value right) {
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return compareNumbers(left, right) == 0;
    }
    return switch (left) {
      case Str a when right instanceof Str b -> a.value().equals(b.value());
      case ListValue a when right instanceof ListValue b -> same(a.items(), b.items());
      case TupleValue a when right instanceof TupleValue b -> same(a.items(), b.items());
      case Dict a when right instanceof Dict b -> sameEntries(a, b);
      case Range a when right instanceof Range b -> a.key().equals(b.key());
      case Undefined a -> right instanceof Undefined;
      case DictView a when right instanceof DictView b -> sameViews(a, b);
      default -> left == right;
    };
  }

  private static boolean same(List<Value> left, List<Value> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (left.get(i) != right.get(i) && !equal(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameEntries(Dict left, Dict right) {
    if (left.length() != right.length()) {
      return false;
    }
    for (Dict.Entry entry : left.entries()) {
      Value other = right.get(entry.key());
      if (other == null || (other != entry.value() && !equal(entry.value(), other))) {
        return false;
      }
    }
    return true;
  }

  /** Keys and items compare as sets, values only with themselves. */
  private static boolean sameViews(DictView left, DictView right) {
    if (left.side() == DictView.Side.VALUES || right.side() == DictView.Side.VALUES) {
      return left == right;
    }
    return left.length() == right.length()
        && left.items().stream().allMatch(item -> contains(right, item));
  }

  /** Less than 0, 0 or more; 2 where one is not a number. */
  private static int compareNumbers(Value left, Value right) {
    BigInteger a = Numbers.integer(left);
    BigInteger b = Numbers.integer(right);
    if (a != null && b != null) {
      return a.compareTo(b);
    }
    double x = a == null ? Numbers.real(left) : 0;
    double y = b == null ? Numbers.real(right) : 0;
    if (Double.isNaN(x) || Double.isNaN(y)) {
      return 2;
    }
    if (a == null && b == null) {
      return x < y ? -1 : x > y ? 1 : 0;
    }
    if (Double.isInfinite(x) || Double.isInfinite(y)) {
      return Double.compare(x, y);
    }
    return exact(a, x).compareTo(exact(b, y));
  }

  private static BigDecimal exact(@Nullable BigInteger whole, double real) {
    return whole == null ? new BigDecimal(real) : new BigDecimal(whole);
  }

  /** {@code <}, {@code <=}, {@code >} or {@code >=}. */
  public static boolean ordered(String operator, Value left, Value right) {
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.failure();
    }
    int order;
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      order = compareNumbers(left, right);
      if (order == 2) {
        return false;
      }
    } else if (left instanceof Str a && right instanceof Str b) {
      order = TEXTS.compare(a.value(), b.value());
    } else if (left instanceof ListValue a && right instanceof ListValue b) {
      return orderedItems(operator, a.items(), b.items());
    } else if (left instanceof TupleValue a && right instanceof TupleValue b) {
      return orderedItems(operator, a.items(), b.items());
    } else if (left instanceof DictView a
        && right instanceof DictView b
        && a.side() != DictView.Side.VALUES
        && b.side() != DictView.Side.VALUES) {
      return orderedViews(operator, a, b);
    } else {
      throw TemplateException.type(
          "'%s' not supported between instances of '%s' and '%s'",
          operator, left.type(), right.type());
    }
    return holds(operator, order);
  }

  private static boolean holds(String operator, int order) {
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  /** The first items that differ decide. */
  private static boolean orderedItems(String operator, List<Value> left, List<Value> right) {
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      if (left.get(i) != right.get(i) && !equal(left.get(i), right.get(i))) {
        return ordered(operator, left.get(i), right.get(i));
      }
    }
    return holds(operator, left.size() - right.size());
  }

  /** Subsets and supersets. */
  private static boolean orderedViews(String operator, DictView left, DictView right) {
    boolean less = operator.startsWith("<");
    DictView small = less ? left : right;
    DictView large = less ? right : left;
    return (operator.length() == 2 || small.length() < large.length())
        && small.items().stream().allMatch(item -> contains(large, item));
  }

  /** {@code item in container}. */
  public static boolean contains(Value container, Value item) {
    return switch (container) {
      case Str text -> {
        if (!(item instanceof Str part)) {
          throw TemplateException.type(
              "'in <string>' requires string as left operand, not %s", item.type());
        }
        yield text.value().contains(part.value());
      }
      case Dict dict -> dict.get(item) != null;
      case DictView view when view.side() == DictView.Side.KEYS -> view.dict().get(item) != null;
      case Value other when other.iterable() -> {
        for (Iterator<Value> i = other.iterator(); i.hasNext(); ) {
          Value next = i.next();
          if (next == item || equal(next, item)) {
            yield true;
          }
        }
        yield false;
      }
      default ->
          throw TemplateException.type("argument of type '%s' is not iterable", container.type());
    };
  }

  /** Python's {@code is}: small integers and texts of one character are one object. */
  public static boolean identical(Value left, Value right) {
    if (left instanceof Int a && right instanceof Int b) {
      return a == b
          || (a.number().equals(b.number())
              && a.number().bitLength() <= 8
              && a.number().intValue() >= -5);
    }
    if (left instanceof Str a && right instanceof Str b && !a.safe() && !b.safe()) {
      return a == b
          || (a.value().equals(b.value())
              && (a.value().isEmpty() || (a.length() == 1 && a.value().charAt(0) < 0x100)));
    }
    return left == right;
  }

  /** The order of {@code sorted}. */
  public static int compare(Value left, Value right) {
    return ordered("<", left, right) ? -1 : ordered("<", right, left) ? 1 : 0;
  }
}
