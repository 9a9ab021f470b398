package org.align4j.models.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What curl and Python's requests do with the same variables. */
final class EnvironmentProxiesTest {

  private static String proxy(String uri, String... variables) {
    Map<String, String> environment = new HashMap<>();
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return new EnvironmentProxies(environment)
        .proxy(URI.create(uri))
        .map(EnvironmentProxies.Address::name)
        .orElse("none");
  }

  @Test
  void eachSchemeHasItsVariableAndSmallLettersComeFirst() {
    String[] both = {"HTTPS_PROXY", "http://a:1", "HTTP_PROXY", "b:2", "https_proxy", "c:3"};
    assertThat(proxy("https://x.org/", both)).isEqualTo("c:3");
    assertThat(proxy("http://x.org/", both)).isEqualTo("b:2");
    assertThat(proxy("http://x.org/", "ALL_PROXY", "http://d")).isEqualTo("d:80");
    assertThat(proxy("https://x.org/", "HTTPS_PROXY", " ")).isEqualTo("none");
  }

  @Test
  void theLoopbackAddressHasNoExceptionOfItsOwn() {
    assertThat(proxy("http://127.0.0.1:9/", "HTTP_PROXY", "a:1")).isEqualTo("a:1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*|https://x.org|true",
        "x.org|https://x.org|true",
        "x.org|https://sub.x.org|true",
        ".x.org|https://sub.x.org|true",
        "*.x.org|https://sub.x.org|true",
        "x.org|https://yx.org|false",
        "a.b, x.org|https://X.ORG|true",
        "x.org:443|https://x.org|true",
        "x.org:80|https://x.org|false",
        "x.org:8080|https://x.org:8080|true",
        "127.0.0.1|https://127.0.0.1:5|true",
        "127.0.0.1:5|https://127.0.0.1:5|true",
        "27.0.0.1|https://127.0.0.1|false",
        "10.0.0.0/8|https://10.1.2.3|true",
        "10.0.0.0/16|https://10.1.2.3|false",
        "[::1]|https://[::1]:5|true",
        "localhost|https://localhost:5|true",
        "''|https://x.org|false"
      })
  void noProxyNamesHostsWithoutOne(String exceptions, String uri, boolean excepted) {
    assertThat(proxy(uri, "HTTPS_PROXY", "p:1", "no_proxy", exceptions))
        .isEqualTo(excepted ? "none" : "p:1");
  }

  @Test
  void aNameAndAPasswordBecomeBasicAuthorization() {
    var proxies = new EnvironmentProxies(Map.of("HTTPS_PROXY", "http://me:p%40ss+1@a:1"));
    // base64 of me:p@ss+1
    assertThat(
            proxies
                .proxy(URI.create("https://x.org"))
                .flatMap(EnvironmentProxies.Address::authorization))
        .hasValue("Basic bWU6cEBzcysx");
  }

  @Test
  void anotherKindOfProxyIsRefusedWithoutItsPassword() {
    assertThatThrownBy(() -> proxy("https://x.org", "HTTPS_PROXY", "socks5://me:secret@a:1"))
        .hasMessageContaining("socks5://...@a:1: it should be http://host:port")
        .hasMessageNotContaining("secret");
  }
}
