package org.align4j.models.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.align4j.core.file.BadFileException;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a hub, a proxy or the network answers besides the file, called what it is. */
final class HubAnswersTest {

  @TempDir Path temporary;

  private final FakeHub hub;
  private final List<Duration> pauses = new ArrayList<>();
  private Optional<String> token = Optional.empty();
  private Map<String, String> environment = Map.of();

  HubAnswersTest() throws IOException {
    hub = new FakeHub();
  }

  @BeforeEach
  void fill() {
    hub.files.put("config.json", "{}".getBytes(StandardCharsets.UTF_8));
    hub.files.put("model.safetensors", new byte[1000]);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private Path download(URI endpoint, String repository) {
    Path folder = temporary.resolve("model");
    new HubClient(new HubRequests(endpoint, token, environment, pauses::add))
        .download(repository, "main", folder);
    return folder;
  }

  private AbstractThrowableAssert<?, ?> assertRefused(String repository) {
    return assertThatThrownBy(() -> download(hub.address(), repository))
        .isInstanceOf(BadFileException.class)
        .hasMessageNotContaining("interrupted");
  }

  /** A renamed repository, as huggingface_hub's {@code _request_wrapper} follows it. */
  @ParameterizedTest
  @CsvSource({"307,", "301,", "308,", "302,", "307,absolute"})
  void redirectsWithinTheHubAreFollowedWithTheToken(int status, String absolute) {
    token = Optional.of("secret");
    hub.first =
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          String target = path.replace("old/name", "owner/model");
          return !target.equals(path)
              && FakeHub.say(
                  exchange, status, "Location", absolute == null ? target : hub.address() + target);
        };
    assertThat(download(hub.address(), "old/name").resolve("model.safetensors")).hasSize(1000);
    assertThat(hub.tokens)
        .contains("/api/models/owner/model/revision/main Bearer secret")
        .noneMatch(note -> note.startsWith("/blob"));
  }

  /** Files that the hub keeps in a cache of its own: {@code /api/resolve-cache}. */
  @Test
  void aFileMayBeElsewhereOnTheHub() {
    hub.first =
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          return path.endsWith("config.json")
              && !path.startsWith("/cache")
              && redirectedToCache(exchange, path);
        };
    // what /cache/... answers is the fake hub's own 404: the redirect was followed
    assertRefused("owner/model").hasMessageContaining("the hub has no owner/model at config.json");
  }

  private static boolean redirectedToCache(HttpExchange exchange, String path) throws IOException {
    return FakeHub.say(exchange, 307, "Location", "/cache" + path);
  }

  @Test
  void aRedirectWithoutEndIsRefused() {
    hub.first =
        exchange -> FakeHub.say(exchange, 307, "Location", exchange.getRequestURI().getPath());
    assertRefused("owner/model").hasMessageContaining("redirects more than 10 times");
  }

  @Test
  void theTokenIsNotSentWhereTheHubRedirectsTo() {
    token = Optional.of("secret");
    hub.first =
        exchange ->
            FakeHub.say(
                exchange, 302, "Location", hub.storage() + exchange.getRequestURI().getPath());
    assertRefused("owner/model").hasMessageContaining("the hub has no owner/model");
    assertThat(hub.tokens).hasSize(1).first().asString().startsWith("/api/models/owner/model");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403|GatedRepo|owner/model is gated: accept its licence on its page",
        "401|GatedRepo|owner/model is gated: accept its licence on its page",
        "401|RepoNotFound|the hub does not give out owner/model: it does not exist, or is private",
        "404|RepoNotFound|the hub has no owner/model at revision main",
        "404|RevisionNotFound|the hub has no owner/model at revision main",
        "403||the hub denies access to owner/model",
        "418||the hub answered 418 for owner/model"
      })
  void whatTheHubRefusesIsCalledWhatItIs(int status, String code, String sentence) {
    hub.first = exchange -> FakeHub.say(exchange, status, "X-Error-Code", code == null ? "" : code);
    assertRefused("owner/model").hasMessageContaining(sentence);
    assertThat(pauses).isEmpty();
  }

  /** The list of files is answered, files are not until the licence is accepted. */
  @Test
  void aGatedFileIsToldWithItsPage() {
    hub.first =
        exchange ->
            exchange.getRequestURI().getPath().contains("/resolve/")
                && FakeHub.say(exchange, 403, "X-Error-Code", "GatedRepo");
    assertRefused("owner/model")
        .hasMessageContaining("is gated")
        .hasMessageContaining("(" + hub.address() + "/owner/model) and pass a token");
  }

  @Test
  void aTokenThatIsRefusedIsSaidToBe() {
    token = Optional.of("secret");
    hub.first = exchange -> FakeHub.say(exchange, 401);
    assertRefused("owner/model")
        .hasMessageContaining("does not give out owner/model with this token")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @CsvSource({"429,7,7", "503,7,7", "500,,1", "502,,1", "504,,1", "429,,1"})
  void aBusyHubIsAskedAgainAfterThePauseThatItWants(int status, String after, int seconds) {
    int[] left = {1};
    hub.first =
        exchange ->
            left[0]-- > 0
                && (after == null
                    ? FakeHub.say(exchange, status)
                    : FakeHub.say(exchange, status, "Retry-After", after));
    assertThat(download(hub.address(), "owner/model").resolve("config.json")).exists();
    assertThat(pauses).containsExactly(Duration.ofSeconds(seconds));
  }

  @Test
  void aHubThatStaysBusyIsGivenUpAfterLongerAndLongerPauses() {
    hub.first = exchange -> FakeHub.say(exchange, 503);
    assertRefused("owner/model").hasMessageContaining("it answered 503 after 5 tries");
    assertThat(pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L);
  }

  @Test
  void aHubThatWantsALongPauseIsNotWaitedFor() {
    hub.first = exchange -> FakeHub.say(exchange, 429, "Retry-After", "3600");
    assertRefused("owner/model")
        .hasMessageContaining("429 (too many requests)")
        .hasMessageContaining("wait 3600 s");
    assertThat(pauses).isEmpty();
  }

  /** The name never exists (RFC 6761). */
  @Test
  void aHostThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> download(URI.create("http://hub.invalid"), "owner/model"))
        .hasMessageContaining("hub.invalid cannot be reached: check the network");
  }

  @Test
  void requestsGoThroughTheProxyWithItsPassword() throws IOException {
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    HttpServer proxy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    proxy.createContext(
        "/",
        exchange -> {
          seen.add(
              exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Proxy-Authorization"));
          FakeHub.say(exchange, 404);
          exchange.close();
        });
    proxy.start();
    try {
      environment =
          Map.of("HTTP_PROXY", "http://me:pass@127.0.0.1:" + proxy.getAddress().getPort());
      assertThatThrownBy(() -> download(URI.create("http://hub.invalid"), "owner/model"))
          .hasMessageContaining("the hub has no owner/model");
      // base64 of me:pass
      assertThat(seen)
          .containsExactly(
              "http://hub.invalid/api/models/owner/model/revision/main Basic bWU6cGFzcw==");
      environment = Map.of("HTTP_PROXY", environment.values().iterator().next(), "NO_PROXY", "*");
      assertThat(download(hub.address(), "owner/model")).exists();
      assertThat(seen).hasSize(1);
    } finally {
      proxy.stop(0);
    }
  }

  /** An https address is reached through a tunnel, which the proxy is asked for with CONNECT. */
  @Test
  void aTunnelIsAskedForWithThePasswordAndARefusalIsTold() throws Exception {
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread proxy = Thread.ofVirtual().start(() -> refuseTunnel(server, seen));
      environment = Map.of("https_proxy", "http://me:pass@127.0.0.1:" + server.getLocalPort());
      assertThatThrownBy(() -> download(URI.create("https://hub.invalid"), "owner/model"))
          .hasMessageContaining("the proxy 127.0.0.1:" + server.getLocalPort() + " wants a name");
      proxy.join();
    }
    assertThat(seen)
        .contains("CONNECT hub.invalid:443 HTTP/1.1")
        .anyMatch(line -> line.equalsIgnoreCase("Proxy-Authorization: Basic bWU6cGFzcw=="));
  }

  private static void refuseTunnel(ServerSocket server, List<String> seen) {
    try (Socket client = server.accept()) {
      var in =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        seen.add(line);
      }
      client
          .getOutputStream()
          .write(
              "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      seen.add(e.toString());
    }
  }

  @Test
  void aProxyThatIsNotThereIsNamed() {
    environment = Map.of("HTTP_PROXY", "http://127.0.0.1:1");
    assertThatThrownBy(() -> download(hub.address(), "owner/model"))
        .hasMessageContaining("localhost cannot be reached through the proxy 127.0.0.1:1");
  }
}
