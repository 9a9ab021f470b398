package org.align4j.models.jinja;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import org.align4j.models.jinja.error.TemplateException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No template of a stranger ends the process, fills its memory or runs without end. */
final class LimitsTest {

  private static final ZonedDateTime NOW = ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

  private static void assertRefused(String template) {
    assertThatThrownBy(() -> Template.of(template).render(Map.of(), NOW, 1_000_000))
        .as(template.substring(0, Math.min(80, template.length())))
        .isInstanceOf(TemplateException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% macro f() %}{{ caller() }}{% endmacro %}"
            + "{% macro g() %}{% call f() %}{{ g() }}{% endcall %}{% endmacro %}{{ g() }}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{% set ns = namespace(x=1) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}"
            + "{{ ns.x }}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% set x = range(100000)|list %}{% for i in x %}{{ x|map('string')|list|length }}{% endfor %}",
        "{{ 'a' * 10**12 }}",
        "{{ [1] * 10**9 }}",
        "{{ 10**(10**10) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ 'a'.center(10**9) }}",
        "{{ ('a' * 10**6).replace('a', 'b' * 10**6) }}",
        "{{ 'a'|indent(10**9, true) }}",
        "{{ [1]|batch(10**9, 'x')|list }}",
        "{{ [1]|slice(10**9)|list }}",
        "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}",
        "{{ 10**4300 }}"
      })
  void whatUsesUpTooMuchIsAnError(String template) {
    assertRefused(template);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "{1:", "not ", "-", "f(", "a[", "x if y else "})
  void whatIsNestedTooDeepIsAnError(String opening) {
    assertRefused("{{ " + opening.repeat(20_000) + "1 }}");
  }

  @ParameterizedTest
  @ValueSource(strings = {" + 1", "|upper", ".a", "[0]", " and 1", "()", " is defined"})
  void tooManyOperatorsInARowAreAnError(String more) {
    assertRefused("{{ a" + more.repeat(20_000) + " }}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{% if 1 %}", "{% for x in [1] %}", "{% filter upper %}", "{% set x %}"})
  void blocksNestedTooDeepAreAnError(String block) {
    assertRefused(block.repeat(20_000));
  }
}
