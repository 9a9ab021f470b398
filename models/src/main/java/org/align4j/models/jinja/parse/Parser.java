package org.align4j.models.jinja.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.align4j.models.jinja.character.Quotes;
import org.align4j.models.jinja.character.Unicode;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.parse.Statement.Signature;
import org.align4j.models.jinja.parse.Statement.Written;
import org.align4j.models.jinja.parse.Token.Type;

/** Words to statements. */
public final class Parser {

  private final TokenStream stream;
  private final ExpressionParser expressions;
  private final List<List<String>> ends = new ArrayList<>();

  private Parser(List<Token> tokens) {
    this.stream = new TokenStream(tokens);
    this.expressions = new ExpressionParser(stream);
  }

  /** The statements of a template. */
  public static List<Statement> parse(String source) {
    return new Parser(Lexer.tokens(source)).statements();
  }

  /** Statements up to one of the ends on the stack, which becomes the current word. */
  private List<Statement> statements() {
    List<Statement> found = new ArrayList<>();
    List<Written> written = new ArrayList<>();
    while (!stream.is(Type.END)) {
      Token token = stream.next();
      switch (token.type()) {
        case DATA -> written.add(new Written(new Expression.Data(token.text()), token.line()));
        case VARIABLE_BEGIN -> {
          written.add(new Written(expressions.tuple(true, false, ""), token.line()));
          stream.expect(Type.VARIABLE_END);
        }
        default -> {
          flush(written, found);
          if (!ends.isEmpty()
              && ends.getLast().contains(stream.current().text())
              && stream.is(Type.NAME)) {
            return found;
          }
          found.add(statement());
          stream.expect(Type.BLOCK_END);
        }
      }
    }
    flush(written, found);
    return found;
  }

  private static void flush(List<Written> written, List<Statement> found) {
    if (!written.isEmpty()) {
      found.add(new Statement.Output(List.copyOf(written), written.get(0).line()));
      written.clear();
    }
  }

  /** The body of a block, up to one of its ends, which becomes the current word. */
  private List<Statement> body(String... names) {
    stream.skipIf(Type.COLON);
    stream.expect(Type.BLOCK_END);
    stream.enter();
    ends.add(List.of(names));
    List<Statement> body = statements();
    if (stream.is(Type.END)) {
      throw stream.fail("Unexpected end of template. %s", wanted());
    }
    ends.removeLast();
    stream.leave();
    return body;
  }

  private List<Statement> bodyTo(String name) {
    List<Statement> body = body(name);
    stream.next();
    return body;
  }

  private String wanted() {
    return ends.isEmpty()
        ? ""
        : "Jinja was looking for the following tags: %s."
            .formatted(ends.getLast().stream().map(Quotes::of).collect(Collectors.joining(" or ")));
  }

  private Statement statement() {
    Token tag = stream.current();
    if (!tag.is(Type.NAME)) {
      throw stream.fail("tag name expected");
    }
    return switch (tag.text()) {
      case "for" -> loop();
      case "if" -> branch();
      case "set" -> set();
      case "macro" -> macro();
      case "call" -> callBlock();
      case "filter" -> filterBlock();
      case "with" -> with();
      case "block" -> block();
      case "print" -> print();
      case "autoescape" -> autoescape();
      case "generation" ->
          new Statement.Generation(bodyOf("generation", "endgeneration"), tag.line());
      case "break" -> new Statement.Break(stream.next().line());
      case "continue" -> new Statement.Continue(stream.next().line());
      case "include" -> include();
      case "import" -> importAll();
      case "from" -> importSome();
      case "extends" -> {
        stream.next();
        yield new Statement.Load("extends", expressions.expression(), List.of(), tag.line());
      }
      default ->
          throw stream.fail("Encountered unknown tag %s. %s", Quotes.of(tag.text()), wanted());
    };
  }

  private List<Statement> bodyOf(String tag, String end) {
    stream.expect(tag);
    return bodyTo(end);
  }

  private Statement loop() {
    int line = stream.expect("for").line();
    Target target = targets("in", false);
    stream.expect("in");
    Expression items = expressions.tuple(false, false, "recursive");
    Expression test = stream.skipIf("if") ? expressions.expression() : null;
    boolean recursive = stream.skipIf("recursive");
    List<Statement> body = body("endfor", "else");
    List<Statement> otherwise = stream.next().is("endfor") ? List.of() : bodyTo("endfor");
    return new Statement.For(target, items, body, otherwise, test, recursive, line);
  }

  private Statement branch() {
    int line = stream.expect("if").line();
    Expression test = expressions.tuple(false, false, "");
    List<Statement> body = body("elif", "else", "endif");
    List<Statement.If> others = new ArrayList<>();
    while (stream.is("elif")) {
      int start = stream.next().line();
      Expression next = expressions.tuple(false, false, "");
      others.add(
          new Statement.If(next, body("elif", "else", "endif"), List.of(), List.of(), start));
    }
    List<Statement> otherwise = stream.next().is("else") ? bodyTo("endif") : List.of();
    return new Statement.If(test, body, others, otherwise, line);
  }

  private Statement set() {
    int line = stream.expect("set").line();
    Target target = targets("", true);
    if (stream.skipIf(Type.ASSIGN)) {
      return new Statement.Assign(target, expressions.tuple(true, false, ""), line);
    }
    Expression.Filter filter = expressions.filters(false);
    return new Statement.AssignBlock(target, filter, bodyTo("endset"), line);
  }

  private Statement macro() {
    int line = stream.expect("macro").line();
    String name = assignedName();
    Signature signature = signature();
    return new Statement.Macro(name, signature, bodyTo("endmacro"), line);
  }

  private Statement callBlock() {
    int line = stream.expect("call").line();
    Signature signature = stream.is(Type.LEFT_PARENTHESIS) ? signature() : Signature.NONE;
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw TemplateException.syntax(line, "expected call");
    }
    return new Statement.CallBlock(call, signature, bodyTo("endcall"), line);
  }

  private Statement filterBlock() {
    int line = stream.expect("filter").line();
    Expression.Filter filter = expressions.filters(true);
    if (filter == null) {
      throw stream.fail("expected a filter");
    }
    return new Statement.FilterBlock(filter, bodyTo("endfilter"), line);
  }

  private Statement with() {
    int line = stream.expect("with").line();
    List<Target> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!stream.is(Type.BLOCK_END)) {
      if (!targets.isEmpty()) {
        stream.expect(Type.COMMA);
      }
      targets.add(targets("", false));
      stream.expect(Type.ASSIGN);
      values.add(expressions.expression());
    }
    return new Statement.With(targets, values, bodyTo("endwith"), line);
  }

  private Statement block() {
    int line = stream.expect("block").line();
    String name = stream.expect(Type.NAME).text();
    boolean scoped = stream.skipIf("scoped");
    boolean required = stream.skipIf("required");
    if (stream.is(Type.SUBTRACT)) {
      throw stream.fail("Block names in Jinja may not contain hyphens, use an underscore instead.");
    }
    List<Statement> body = bodyTo("endblock");
    if (required && !body.stream().allMatch(Parser::isBlank)) {
      throw stream.fail("Required blocks can only contain comments or whitespace");
    }
    stream.skipIf(name);
    return new Statement.Block(name, scoped, required, body, line);
  }

  private static boolean isBlank(Statement statement) {
    return statement instanceof Statement.Output output
        && output.parts().stream()
            .allMatch(part ->
                part.value() instanceof Expression.Data data
                    && data.text().codePoints().allMatch(Unicode::isSpace));
  }

  private Statement print() {
    int line = stream.expect("print").line();
    List<Written> parts = new ArrayList<>();
    while (!stream.is(Type.BLOCK_END)) {
      if (!parts.isEmpty()) {
        stream.expect(Type.COMMA);
      }
      parts.add(new Written(expressions.expression(), line));
    }
    return new Statement.Output(parts, line);
  }

  private Statement autoescape() {
    int line = stream.expect("autoescape").line();
    return new Statement.Autoescape(expressions.expression(), bodyTo("endautoescape"), line);
  }

  private Statement include() {
    int line = stream.expect("include").line();
    Expression template = expressions.expression();
    if (stream.is("ignore") && stream.look().is("missing")) {
      stream.next();
      stream.next();
    }
    skipContext();
    return new Statement.Load("include", template, List.of(), line);
  }

  private boolean skipContext() {
    boolean context = stream.current().isAny("with", "without") && stream.look().is("context");
    if (context) {
      stream.next();
      stream.next();
    }
    return context;
  }

  private Statement importAll() {
    int line = stream.expect("import").line();
    Expression template = expressions.expression();
    stream.expect("as");
    String name = assignedName();
    skipContext();
    return new Statement.Load("import", template, List.of(name), line);
  }

  private Statement importSome() {
    int line = stream.expect("from").line();
    Expression template = expressions.expression();
    stream.expect("import");
    List<String> names = new ArrayList<>();
    while (true) {
      if (!names.isEmpty()) {
        stream.expect(Type.COMMA);
      }
      if (skipContext()) {
        break;
      }
      if (!stream.is(Type.NAME)) {
        stream.expect(Type.NAME);
      }
      String name = assignedName();
      if (name.startsWith("_")) {
        throw stream.fail("names starting with an underline can not be imported");
      }
      names.add(stream.skipIf("as") ? assignedName() : name);
      if (skipContext() || !stream.is(Type.COMMA)) {
        break;
      }
    }
    return new Statement.Load("from", template, names, line);
  }

  private Signature signature() {
    List<String> names = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    stream.expect(Type.LEFT_PARENTHESIS);
    while (!stream.is(Type.RIGHT_PARENTHESIS)) {
      if (!names.isEmpty()) {
        stream.expect(Type.COMMA);
      }
      String name = assignedName();
      if (names.contains(name)) {
        throw stream.fail("duplicate argument %s in function definition", Quotes.of(name));
      }
      names.add(name);
      if (stream.skipIf(Type.ASSIGN)) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw stream.fail("non-default argument follows default argument");
      }
    }
    stream.expect(Type.RIGHT_PARENTHESIS);
    return new Signature(names, defaults);
  }

  private String assignedName() {
    String name = stream.expect(Type.NAME).text();
    if (Stream.of("true", "false", "none", "True", "False", "None").anyMatch(name::equals)) {
      throw stream.fail("can't assign to 'name'");
    }
    return name;
  }

  /** One target or several with commas, of a loop, {@code with} or {@code set}. */
  private Target targets(String end, boolean attributes) {
    List<Target> targets = new ArrayList<>();
    boolean commas = false;
    while (!expressions.isTupleEnd(end)) {
      targets.add(target(attributes));
      if (!stream.skipIf(Type.COMMA)) {
        break;
      }
      commas = true;
    }
    if (!commas && targets.isEmpty()) {
      throw stream.fail("Expected an expression, got '%s'", stream.current().title());
    }
    return commas ? new Target.ToTuple(targets) : targets.get(0);
  }

  private Target target(boolean attributes) {
    boolean dotted = attributes && stream.is(Type.NAME) && stream.look().is(Type.DOT);
    Expression found = expressions.primary();
    if (dotted && found instanceof Expression.Name namespace) {
      stream.next();
      return new Target.ToAttribute(namespace.name(), stream.expect(Type.NAME).text());
    }
    return target(found);
  }

  private Target target(Expression found) {
    return switch (found) {
      case Expression.Name name -> new Target.ToName(name.name());
      case Expression.TupleOf tuple ->
          new Target.ToTuple(tuple.items().stream().map(this::target).toList());
      default -> throw stream.fail("can't assign to '%s'", kind(found));
    };
  }

  private static String kind(Expression found) {
    return switch (found) {
      case Expression.Literal literal -> "const";
      case Expression.ListOf list -> "list";
      case Expression.DictOf dict -> "dict";
      default -> "expression";
    };
  }
}
