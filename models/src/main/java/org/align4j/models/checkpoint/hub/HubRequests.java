package org.align4j.models.checkpoint.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to a hub: redirects are followed, the token goes to the hub alone, a busy hub is asked
 * again after a pause, proxies are those of the environment.
 */
final class HubRequests {

  private static final Logger LOG = LoggerFactory.getLogger(HubRequests.class);

  /** How often one thing is asked for. */
  static final int ATTEMPTS = 5;

  private static final int MOST_REDIRECTS = 10;
  private static final Duration CONNECT = Duration.ofSeconds(20);

  /** A hub that wants a longer pause is asked again by the user. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);

  private static final Set<Integer> BUSY = Set.of(408, 429, 500, 502, 503, 504);
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** Seconds to the next window, in the header {@code RateLimit}. */
  private static final Pattern WINDOW = Pattern.compile("\\bt=(\\d+)");

  private static final String BASIC_TUNNELS = "jdk.http.auth.tunneling.disabledSchemes";

  static {
    // The JDK sends no password to a proxy of https addresses unless it is set to; ours are only
    // those that the user wrote into the proxy's address.
    if (System.getProperty(BASIC_TUNNELS) == null) {
      System.setProperty(BASIC_TUNNELS, "");
    }
  }

  /** Waits; tests do not. */
  @FunctionalInterface
  interface Pause {
    void wait(Duration time) throws InterruptedException;
  }

  private final URI endpoint;
  private final Optional<String> token;
  private final EnvironmentProxies proxies;
  private final Pause pause;
  private final HttpClient client;

  HubRequests(URI endpoint, Optional<String> token, Map<String, String> environment, Pause pause) {
    this.endpoint = URI.create(endpoint.toString().replaceAll("/+$", "") + "/");
    this.token = token;
    this.proxies = new EnvironmentProxies(environment);
    this.pause = pause;
    this.client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .proxy(proxies)
            .build();
  }

  /** Whether requests carry a token. */
  boolean hasToken() {
    return token.isPresent();
  }

  /** The address of a page of the hub. */
  URI page(String path) {
    return endpoint.resolve(path);
  }

  /** Asks for what a path is, or where: of a large file the hub itself says it, in a redirect. */
  HttpResponse<InputStream> head(String path) throws IOException {
    return send(path, "HEAD", 0);
  }

  /** Asks for a content from a byte on. */
  HttpResponse<InputStream> get(String path, long from) throws IOException {
    return send(path, "GET", from);
  }

  private HttpResponse<InputStream> send(String path, String method, long from) throws IOException {
    Duration next = Duration.ofSeconds(1);
    for (int attempt = 1; ; attempt++) {
      Duration wanted = next;
      try {
        HttpResponse<InputStream> answer = follow(endpoint.resolve(path), method, from);
        if (!BUSY.contains(answer.statusCode()) || attempt == ATTEMPTS) {
          return answer;
        }
        wanted = wanted(answer.headers()).orElse(next);
        if (wanted.compareTo(LONGEST_PAUSE) > 0) {
          return answer;
        }
        answer.body().close();
        LOG.info(
            "{}: the hub answered {}; asking again in {} s",
            path,
            answer.statusCode(),
            wanted.toSeconds());
      } catch (HubFailure e) {
        throw e;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        LOG.info("{}: {}; asking again in {} s", path, e.toString(), wanted.toSeconds());
      }
      pause(wanted);
      next = next.multipliedBy(2);
    }
  }

  void pause(Duration time) throws IOException {
    try {
      pause.wait(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HubFailure("the download was interrupted", e);
    }
  }

  /** {@code Retry-After} in seconds or as a date, or the time to the next window. */
  static Optional<Duration> wanted(HttpHeaders headers) {
    Optional<String> after = headers.firstValue("retry-after").map(String::strip);
    if (after.isPresent() && after.get().matches("\\d{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(after.get())));
    }
    if (after.isPresent()) {
      try {
        var date = ZonedDateTime.parse(after.get(), DateTimeFormatter.RFC_1123_DATE_TIME);
        Duration left = Duration.between(ZonedDateTime.now(date.getZone()), date);
        return Optional.of(left.isNegative() ? Duration.ZERO : left);
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }
    Matcher window = WINDOW.matcher(headers.firstValue("ratelimit").orElse(""));
    return window.find()
        ? Optional.of(Duration.ofSeconds(Long.parseLong(window.group(1))))
        : Optional.empty();
  }

  private HttpResponse<InputStream> follow(URI start, String method, long from) throws IOException {
    URI uri = start;
    for (int redirect = 0; redirect <= MOST_REDIRECTS; redirect++) {
      HttpResponse<InputStream> answer = once(uri, method, from);
      Optional<String> location = answer.headers().firstValue("location");
      boolean saysAll =
          method.equals("HEAD") && answer.headers().firstValue("x-linked-etag").isPresent();
      if (!REDIRECTS.contains(answer.statusCode()) || location.isEmpty() || saysAll) {
        return answer;
      }
      answer.body().close();
      URI target = resolve(uri, location.get());
      if (uri.getScheme().equals("https") && !target.getScheme().equals("https")) {
        throw new HubFailure(
            "%s redirects to %s, which is not encrypted: it is not followed"
                .formatted(uri.getHost(), target));
      }
      uri = target;
    }
    throw new HubFailure(
        "%s redirects more than %s times".formatted(endpoint.getHost(), MOST_REDIRECTS));
  }

  private static URI resolve(URI uri, String location) throws HubFailure {
    try {
      URI target = uri.resolve(location);
      if (target.getHost() != null && target.getScheme() != null) {
        return target;
      }
    } catch (IllegalArgumentException e) {
      throw new HubFailure(
          "%s redirects to '%s', which is no address".formatted(uri.getHost(), location), e);
    }
    throw new HubFailure(
        "%s redirects to '%s', which is no address".formatted(uri.getHost(), location));
  }

  private HttpResponse<InputStream> once(URI uri, String method, long from) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(60))
            .header("User-Agent", "align4j")
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    if (isHub(uri)) {
      token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
    }
    Optional<EnvironmentProxies.Address> proxy = proxies.proxy(uri);
    proxy
        .flatMap(EnvironmentProxies.Address::authorization)
        .ifPresent(value -> request.header("Proxy-Authorization", value));
    HttpResponse<InputStream> answer;
    try {
      answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HubFailure("the download was interrupted", e);
    } catch (HttpConnectTimeoutException e) {
      throw unreachable(uri, proxy, "no answer in " + CONNECT.toSeconds() + " s; ", e);
    } catch (ConnectException e) {
      throw unreachable(uri, proxy, "", e);
    } catch (SSLException e) {
      throw new HubFailure(
          "%s cannot be reached securely (%s): check the address, the clock and the proxy"
              .formatted(uri.getHost(), e.getMessage()),
          e);
    } catch (IOException e) {
      if (proxy.isPresent() && String.valueOf(e.getMessage()).contains("407")) {
        throw refusedByProxy(proxy.get());
      }
      throw e;
    }
    if (proxy.isPresent() && answer.statusCode() == 407) {
      throw refusedByProxy(proxy.get());
    }
    // A tunnel that the proxy refused: its answer comes without a body.
    if (proxy.isPresent() && answer.body() == null) {
      throw new HubFailure(
          "the proxy %s does not reach %s (it answered %s): check the address and the proxy"
              .formatted(proxy.get().name(), uri.getHost(), answer.statusCode()));
    }
    return answer;
  }

  private static HubFailure unreachable(
      URI uri, Optional<EnvironmentProxies.Address> proxy, String detail, IOException cause) {
    String remedy =
        proxy
            .map(address ->
                " through the proxy %s: %scheck the network and the environment's proxy variables"
                    .formatted(address.name(), detail))
            .orElse(
                ": "
                    + detail
                    + "check the network and the address; behind a proxy set HTTPS_PROXY");
    return new HubFailure(uri.getHost() + " cannot be reached" + remedy, cause);
  }

  private static HubFailure refusedByProxy(EnvironmentProxies.Address proxy) {
    return new HubFailure(
        "the proxy %s wants a name and a password: give them as http://user:password@host:port"
            .formatted(proxy.name()));
  }

  /** The hub's host and port; the same host with encryption counts too. */
  private boolean isHub(URI uri) {
    if (!uri.getHost().equalsIgnoreCase(endpoint.getHost())) {
      return false;
    }
    boolean same = uri.getScheme().equals(endpoint.getScheme()) && port(uri) == port(endpoint);
    boolean upgraded = uri.getScheme().equals("https") && port(uri) == 443 && port(endpoint) == 80;
    return same || upgraded;
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
  }
}
