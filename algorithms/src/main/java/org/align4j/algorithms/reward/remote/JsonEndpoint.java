package org.align4j.algorithms.reward.remote;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.align4j.algorithms.reward.Excerpt;
import org.align4j.algorithms.reward.RewardException;

/** A URL that JSON is posted to and that answers JSON. Safe for many threads. */
final class JsonEndpoint implements AutoCloseable {

  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final long LARGEST_ANSWER = 1L << 26;

  /** Python's servers write NaN and Infinity; the error names them. */
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final URI uri;
  private final Optional<String> token;
  private final RetryPolicy retries;
  private final HttpClient client;

  /**
   * An endpoint.
   *
   * @param token sent as a bearer token
   */
  JsonEndpoint(URI uri, Optional<String> token, RetryPolicy retries) {
    this.uri = uri;
    this.token = token;
    this.retries = retries;
    // HTTP/1.1: servers such as uvicorn do not know the upgrade that 2 is asked for with. A
    // redirected POST would lose its body.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(new DirectLoopback())
            .build();
  }

  /** An absolute http or https URL. */
  static URI url(String text) {
    try {
      URI uri = new URI(text);
      String scheme = String.valueOf(uri.getScheme());
      checkArgument(
          (scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null,
          "url %s is not like http://host:port/path",
          text);
      checkArgument(
          uri.getUserInfo() == null,
          "url %s://…@%s has a password in it: name the environment variable of a key (apiKeyEnv)",
          scheme,
          uri.getHost());
      return uri;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("url %s is no URL: %s".formatted(text, e.getReason()), e);
    }
  }

  static ObjectMapper mapper() {
    return MAPPER;
  }

  /**
   * Posts a body and answers what came back, with retries.
   *
   * @throws RewardException when no attempt succeeded, or the thread was interrupted
   */
  JsonNode post(JsonNode body) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .header("User-Agent", "align4j")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    token.ifPresent(key -> builder.header("Authorization", "Bearer " + key));
    HttpRequest request = builder.build();
    for (int attempt = 1; ; attempt++) {
      Duration asked = Duration.ZERO;
      String complaint;
      Exception cause = null;
      try {
        HttpResponse<byte[]> answer = send(request);
        if (answer.statusCode() / 100 == 2) {
          return parse(answer.body());
        }
        complaint = complaint(answer);
        if (!PASSING.contains(answer.statusCode())) {
          throw new RewardException(complaint, null);
        }
        asked = answer.headers().firstValue("Retry-After").map(JsonEndpoint::wait).orElse(asked);
      } catch (TimeoutException e) {
        complaint = "%s did not answer within %s ms".formatted(uri, retries.timeout().toMillis());
      } catch (IOException e) {
        boolean refused = e instanceof ConnectException;
        complaint =
            refused
                ? uri + ": no connection; is the server running?"
                : uri + ": the connection failed (" + e + ")";
        cause = e;
      }
      if (attempt == retries.attempts()) {
        throw new RewardException(complaint + " (%s attempts)".formatted(attempt), cause);
      }
      pause(retries.wait(attempt, asked));
    }
  }

  /** The time-out is that of the whole answer; the request's own ends with the headers. */
  private HttpResponse<byte[]> send(HttpRequest request) throws IOException, TimeoutException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), LARGEST_ANSWER));
    try {
      return answer.get(retries.timeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  private JsonNode parse(byte[] body) {
    try {
      JsonNode node = MAPPER.readTree(body);
      if (node.isObject()) {
        return node;
      }
      throw new RewardException(uri + " answered what is no JSON object: " + excerpt(body), null);
    } catch (JsonProcessingException e) {
      throw new RewardException(uri + " answered what is not JSON: " + excerpt(body), e);
    } catch (IOException e) {
      throw new RewardException(uri + " answered what is not UTF-8", e);
    }
  }

  private String complaint(HttpResponse<byte[]> answer) {
    Optional<String> location = answer.headers().firstValue("Location");
    return answer.statusCode() / 100 == 3 && location.isPresent()
        ? "%s answered %s: give the URL it redirects to, %s"
            .formatted(uri, answer.statusCode(), location.get())
        : "%s answered %s: %s".formatted(uri, answer.statusCode(), excerpt(answer.body()));
  }

  private static String excerpt(byte[] body) {
    return Excerpt.of(new String(body, java.nio.charset.StandardCharsets.UTF_8));
  }

  /** Seconds or a date, as RFC 9110 has it; nothing for what is neither. */
  private static Duration wait(String header) {
    try {
      if (header.strip().matches("\\d{1,9}")) {
        return Duration.ofSeconds(Long.parseLong(header.strip()));
      }
      Instant date =
          ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(Instant.now(), date);
      return left.isNegative() ? Duration.ZERO : left;
    } catch (DateTimeParseException e) {
      return Duration.ZERO;
    }
  }

  private static void pause(Duration wait) {
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static RewardException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new RewardException("interrupted while an endpoint was asked", e);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
