package org.align4j.models.jinja.parse;

/**
 * A word of a template.
 *
 * @param text as it stands; of a string, what it says
 */
record Token(Type type, String text, int line) {

  /** Kinds of words; operators are kinds of their own. */
  public enum Type {
    DATA("template data / text"),
    VARIABLE_BEGIN("begin of print statement"),
    VARIABLE_END("end of print statement"),
    BLOCK_BEGIN("begin of statement block"),
    BLOCK_END("end of statement block"),
    NAME("name"),
    STRING("string"),
    INTEGER("integer"),
    FLOAT("float"),
    END("end of template"),
    FLOOR_DIVIDE("//"),
    POWER("**"),
    EQUAL("=="),
    UNEQUAL("!="),
    AT_LEAST(">="),
    AT_MOST("<="),
    ADD("+"),
    SUBTRACT("-"),
    DIVIDE("/"),
    MULTIPLY("*"),
    MODULO("%"),
    TILDE("~"),
    LEFT_BRACKET("["),
    RIGHT_BRACKET("]"),
    LEFT_PARENTHESIS("("),
    RIGHT_PARENTHESIS(")"),
    LEFT_BRACE("{"),
    RIGHT_BRACE("}"),
    MORE(">"),
    LESS("<"),
    ASSIGN("="),
    DOT("."),
    COLON(":"),
    PIPE("|"),
    COMMA(","),
    SEMICOLON(";");

    private final String title;

    Type(String title) {
      this.title = title;
    }

    /** How errors name it; of an operator, its sign. */
    String title() {
      return title;
    }

    @SuppressWarnings("EnumOrdinal") // operators stand last
    boolean isOperator() {
      return ordinal() >= FLOOR_DIVIDE.ordinal();
    }
  }

  boolean is(Type wanted) {
    return type == wanted;
  }

  /** Whether it is this name. */
  boolean is(String name) {
    return type == Type.NAME && text.equals(name);
  }

  boolean isAny(String... names) {
    for (String name : names) {
      if (is(name)) {
        return true;
      }
    }
    return false;
  }

  /** As errors name it. */
  String title() {
    return type == Type.NAME ? text : type.title();
  }
}
