package org.align4j.models.checkpoint.hub;

import com.google.common.base.Splitter;
import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that environment variables name, as curl and Python's requests read them: {@code
 * HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}, in small letters first.
 * The loopback address is no exception.
 */
final class EnvironmentProxies extends ProxySelector {

  private final Map<String, String> environment;

  EnvironmentProxies(Map<String, String> environment) {
    this.environment = environment;
  }

  /** A proxy and the user information in its address, where it has some. */
  record Address(InetSocketAddress socket, Optional<String> userInfo) {

    /** What a request to the proxy carries as {@code Proxy-Authorization}. */
    Optional<String> authorization() {
      return userInfo.map(user ->
          "Basic "
              + Base64.getEncoder()
                  .encodeToString(
                      URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8)
                          .getBytes(StandardCharsets.UTF_8)));
    }

    /** Host and port. */
    String name() {
      return socket.getHostString() + ":" + socket.getPort();
    }
  }

  /** The proxy for an address, if there is one. */
  Optional<Address> proxy(URI uri) {
    Optional<String> value = variable(uri.getScheme() + "_proxy").or(() -> variable("all_proxy"));
    return value.isEmpty() || isExcepted(uri)
        ? Optional.empty()
        : Optional.of(address(value.get()));
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  private static Address address(String value) {
    try {
      URI uri = URI.create(value.contains("://") ? value : "http://" + value);
      if ("http".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null) {
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        return new Address(
            InetSocketAddress.createUnresolved(host(uri), port),
            Optional.ofNullable(uri.getRawUserInfo()));
      }
    } catch (IllegalArgumentException e) {
      // said below, without the password that the address may hold
    }
    throw new IllegalArgumentException(
        "the environment's proxy is %s: it should be http://host:port or http://user:password@host:port"
            .formatted(value.replaceFirst("//[^@/]*@", "//...@")));
  }

  private static String host(URI uri) {
    return uri.getHost().replaceAll("^\\[|\\]$", "").toLowerCase(Locale.ROOT);
  }

  /**
   * Whether {@code NO_PROXY} names the host: {@code *}, a domain with all below it, an address, a
   * range of them ({@code 10.0.0.0/8}), each perhaps with a port.
   */
  private boolean isExcepted(URI uri) {
    String host = host(uri);
    int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    for (String entry :
        Splitter.onPattern("[,\\s]+").omitEmptyStrings().split(variable("no_proxy").orElse(""))) {
      if (entry.equals("*") || matches(entry.toLowerCase(Locale.ROOT), host, port)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(String entry, String host, int port) {
    if (entry.contains("/")) {
      return isInRange(entry, host);
    }
    String name = entry.replaceAll("^\\[|\\]$", "");
    if (!InetAddresses.isInetAddress(name)) {
      int colon = entry.lastIndexOf(':');
      if (colon > 0 && entry.substring(colon + 1).matches("\\d+")) {
        if (!entry.substring(colon + 1).equals(String.valueOf(port))) {
          return false;
        }
        name = entry.substring(0, colon).replaceAll("^\\[|\\]$", "");
      }
    }
    name = name.replaceFirst("^\\*?\\.", "");
    if (InetAddresses.isInetAddress(host)) {
      return InetAddresses.isInetAddress(name)
          && InetAddresses.forString(name).equals(InetAddresses.forString(host));
    }
    return !name.isEmpty() && (host.equals(name) || host.endsWith("." + name));
  }

  private static boolean isInRange(String range, String host) {
    List<String> parts = Splitter.on('/').splitToList(range);
    if (parts.size() != 2
        || !InetAddresses.isInetAddress(parts.get(0))
        || !InetAddresses.isInetAddress(host)
        || !parts.get(1).matches("\\d{1,3}")) {
      return false;
    }
    byte[] network = InetAddresses.forString(parts.get(0)).getAddress();
    InetAddress address = InetAddresses.forString(host);
    byte[] bytes = address.getAddress();
    int bits = Integer.parseInt(parts.get(1));
    if (bytes.length != network.length || bits > 8 * bytes.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      if ((((bytes[bit / 8] ^ network[bit / 8]) >> (7 - bit % 8)) & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public List<Proxy> select(@Nullable URI uri) {
    if (uri == null) {
      return List.of(Proxy.NO_PROXY);
    }
    return proxy(uri)
        .map(address ->
            List.of(
                new Proxy(
                    Proxy.Type.HTTP,
                    // resolved here: a name that no one knows is an error of the proxy
                    new InetSocketAddress(
                        address.socket().getHostString(), address.socket().getPort()))))
        .orElse(List.of(Proxy.NO_PROXY));
  }

  @Override
  public void connectFailed(
      @Nullable URI uri, @Nullable SocketAddress address, @Nullable IOException e) {
    // The request fails, and its message names the proxy.
  }
}
