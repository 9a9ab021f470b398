package org.align4j.models.jinja.value;

import com.google.common.collect.Iterators;
import java.util.Iterator;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.error.TemplateException.Kind;

/** What has no value: it can be written (nothing), looped over and asked for its truth only. */
public record Undefined(Kind kind, String message) implements Value {

  /** A name that nothing is bound to. */
  public static Undefined name(String name) {
    return new Undefined(Kind.UNDEFINED, Quotes.of(name) + " is undefined");
  }

  /** Something a value does not have. */
  public static Undefined member(Value owner, Value name) {
    String object = owner == None.NONE ? "None" : owner.type() + " object";
    return new Undefined(
        Kind.UNDEFINED,
        name instanceof Str text
            ? Quotes.of(object) + " has no attribute " + text.repr()
            : object + " has no element " + name.repr());
  }

  /** What the sandbox does not hand out. */
  public static Undefined unsafe(Value owner, String name) {
    return new Undefined(
        Kind.SECURITY,
        "access to attribute %s of %s object is unsafe."
            .formatted(Quotes.of(name), Quotes.of(owner.type())));
  }

  public static Undefined hint(String message) {
    return new Undefined(Kind.UNDEFINED, message);
  }

  /** The error of using it. */
  public TemplateException failure() {
    return new TemplateException(kind, message);
  }

  @Override
  public String type() {
    return "Undefined";
  }

  @Override
  public String repr() {
    return "Undefined";
  }

  @Override
  public String text() {
    return "";
  }

  @Override
  public boolean truth() {
    return false;
  }

  @Override
  public Value attribute(String name) {
    throw failure();
  }

  @Override
  public Value item(Value key) {
    throw failure();
  }

  @Override
  public boolean iterable() {
    return true;
  }

  @Override
  public Iterator<Value> iterator() {
    return Iterators.forArray();
  }

  @Override
  public boolean sized() {
    return true;
  }

  @Override
  public int length() {
    return 0;
  }

  @Override
  public boolean callable() {
    return true;
  }

  /** All are one key. */
  @Override
  public Object key() {
    return Undefined.class;
  }
}
